import type { SourceName } from '../../domain/market.ts'
import type { UpstreamErrorKind, WaitReason } from '../source-errors.ts'

/** Who is served first when a budget is short: what a user asked for, then the snapshot, then history. */
export const lanes = ['user', 'snapshot', 'backfill'] as const
export type Lane = (typeof lanes)[number]

export interface AdmissionRequest {
  readonly source: SourceName
  readonly lane: Lane
  /** Keeps the place of one who will ask again under the same name, such as a job's id; null keeps none. */
  readonly ticket: string | null
}

export type Verdict =
  | {
      readonly admitted: true
      readonly slot: string
      /** Readings of `performance.now()`: before the admission, and when a call not yet sent must ask again. */
      readonly askedAt: number
      readonly sendBefore: number
    }
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
  readonly ask: (request: AdmissionRequest) => Promise<Verdict>
  /** Returns the slot of a call that was never sent. */
  readonly giveBack: (source: SourceName, slot: string) => Promise<void>
  /**
   * Says that the call had arrived, or failed, this long after it asked. One that was slow may have reached the server
   * late, so its slot is held for as much longer; one that nobody settles is held as if it had been slow.
   */
  readonly settle: (source: SourceName, slot: string, elapsedMs: number) => Promise<void>
  readonly reportSuccess: (source: SourceName) => Promise<void>
  readonly reportFailure: (source: SourceName, failure: CallFailure) => Promise<void>
}
