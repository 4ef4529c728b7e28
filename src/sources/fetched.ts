import type { SourceName } from '../domain/market.ts'
import type { Lane } from './admission/admission.ts'

/** Everything that a caller says about one call. */
export interface FetchContext {
  readonly signal: AbortSignal
  readonly lane: Lane
  /** Keeps the place in the line of one who comes back after a `BudgetWaitError`; a job's id. */
  readonly ticket?: string
  /** Waits up to this are slept through, longer ones throw `BudgetWaitError`; 1,500 ms unless said. */
  readonly maxWaitMs?: number
  /**
   * Sends what `markStored` remembered (ETag, Last-Modified) and accepts "not modified" as an answer; within the
   * upstream's own max-age no call is made at all.
   */
  readonly onlyIfChanged?: boolean
}

/** Why a row was refused. */
export const refusalReasons = [
  'bad-date',
  'bad-name',
  'bad-shape',
  'bad-slug',
  'date-not-ascending',
  'date-out-of-range',
  'duplicate-day',
  'duplicate-key',
  'not-a-number',
  'not-asked-for',
  'out-of-range',
] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** One upstream row that was not believed: goes to the quarantine. */
export interface RefusedRow {
  readonly source: SourceName
  readonly endpoint: string
  /** What the row was about, as far as it said; at most 200 characters. */
  readonly key: string
  readonly reason: RefusalReason
  /** The row itself, cut down to at most some 1,000 characters of JSON. */
  readonly sample: unknown
}

/** What a parser makes of a body. */
export interface Parsed<Row> {
  readonly rows: readonly Row[]
  /** The first refused rows, at most `maxRefusedRows`. */
  readonly refused: readonly RefusedRow[]
  /** All refused rows, counted. */
  readonly refusedCounts: Readonly<Partial<Record<RefusalReason, number>>>
}

/** What a client method returns. */
export interface Fetched<Row> extends Parsed<Row> {
  /** Nothing has changed since what `markStored` remembered; `rows` is empty. */
  readonly notModified: boolean
  readonly fetchedAt: Date
  /** SHA-256 of the body, hexadecimal; when not modified, that of the body stored before. */
  readonly contentHash: string
  /** To be called when the rows are safely stored: from then on `onlyIfChanged` may skip this body. */
  readonly markStored: () => Promise<void>
}
