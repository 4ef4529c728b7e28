import type { SourceName } from '../domain/market.ts'

/**
 * Why a call failed, in words that decide what happens next.
 * `rate-limited`, `unavailable`, `timeout`, `malformed`: the same call may succeed later.
 * `not-found`, `paid-only`, `rejected`, `too-large`, `unauthorised`: it will not.
 */
export const upstreamErrorKinds = [
  'malformed',
  'not-found',
  'paid-only',
  'rate-limited',
  'rejected',
  'timeout',
  'too-large',
  'unauthorised',
  'unavailable',
] as const
export type UpstreamErrorKind = (typeof upstreamErrorKinds)[number]

const passing: ReadonlySet<UpstreamErrorKind> = new Set([
  'malformed',
  'rate-limited',
  'timeout',
  'unavailable',
])

/** An upstream answered with something other than data, or not at all. */
export class UpstreamError extends Error {
  override name = 'UpstreamError'
  readonly source: SourceName
  readonly endpoint: string
  readonly kind: UpstreamErrorKind
  /** HTTP status; null when no answer came. */
  readonly status: number | null
  /** How long the upstream asked to wait; null when it did not say. */
  readonly retryAfterMs: number | null

  constructor(
    details: {
      readonly source: SourceName
      readonly endpoint: string
      readonly kind: UpstreamErrorKind
      readonly status?: number | null
      readonly retryAfterMs?: number | null
    },
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(`${details.source} ${details.endpoint}: ${message}`, options)
    this.source = details.source
    this.endpoint = details.endpoint
    this.kind = details.kind
    this.status = details.status ?? null
    this.retryAfterMs = details.retryAfterMs ?? null
  }

  /** The same call may succeed later. */
  get isPassing(): boolean {
    return passing.has(this.kind)
  }

  /** The source is well; it is this one call that it does not serve. */
  get sourceIsAlive(): boolean {
    return !this.isPassing && this.kind !== 'unauthorised'
  }
}

export type WaitReason = 'budget-spent' | 'circuit-open' | 'rate-limited'

/**
 * No call may be made now, and the wait is too long to sit through: the caller gives its place back and returns after
 * `waitMs`. Nothing was sent and nothing has failed.
 */
export class BudgetWaitError extends Error {
  override name = 'BudgetWaitError'
  readonly source: SourceName
  readonly waitMs: number
  readonly reason: WaitReason

  constructor(source: SourceName, waitMs: number, reason: WaitReason) {
    super(`${source} may be called again in ${Math.ceil(waitMs)} ms (${reason})`)
    this.source = source
    this.waitMs = waitMs
    this.reason = reason
  }
}
