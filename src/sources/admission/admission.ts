import type { SourceName } from '../../domain/market.ts'
import type { UpstreamErrorKind, WaitReason } from '../source-errors.ts'

/** Who is served first when a budget is short: what a user asked for, then the snapshot, then history. */
export const lanes = ['user', 'snapshot', 'backfill'] as const
export type Lane = (typeof lanes)[number]

export interface AdmissionRequest {
  readonly source: SourceName
  readonly lane: Lane
  /** Names the one who waits, so that asking again keeps its place; a job's id, for one. */
  readonly ticket: string
}

export type Verdict =
  | { readonly admitted: true; readonly slot: string; readonly sendBefore: number }
  | { readonly admitted: false; readonly waitMs: number; readonly reason: WaitReason }

export interface CallFailure {
  readonly kind: UpstreamErrorKind
  readonly message: string
  /** What the upstream asked for. */
  readonly retryAfterMs: number | null
}

/**
 * The gate that every single HTTP call passes: retries, pages, redirects and failures too. Exact across processes and
 * machines when they share one store.
 */
export interface Admission {
  /** `sendBefore` is a reading of `performance.now()`: a call whose bytes have not left by then must ask again. */
  readonly ask: (request: AdmissionRequest) => Promise<Verdict>
  /** Returns the slot of a call that was never sent. */
  readonly giveBack: (source: SourceName, slot: string) => Promise<void>
  readonly reportSuccess: (source: SourceName) => Promise<void>
  readonly reportFailure: (source: SourceName, failure: CallFailure) => Promise<void>
}
