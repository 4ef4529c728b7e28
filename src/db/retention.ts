import { type RawBuilder, sql } from 'kysely'
import type { Db } from './connection.ts'

/** How long each kind of row is kept. Daily observations, models with the log of
 * their training, and closed predictions are kept for good. */
export const retentionDays = {
  anomalyScores: 400,
  fetches: 400,
  finishedRuns: 30,
  hourlyObservations: 35,
  idempotencyKeys: 2,
  quarantine: 90,
  vectors: 400,
} as const
export type Retention = Readonly<Record<keyof typeof retentionDays, number>>

interface Clocks {
  /** For what happened here. */
  readonly wallNow: Date
  /** For what happened on the market. */
  readonly marketNow: Date
}

/** @returns how many rows of each kind were deleted */
export async function pruneOld(
  db: Db,
  { wallNow, marketNow }: Clocks,
  keepDays: Retention,
  onKind: (kind: string, index: number, kinds: number) => void,
): Promise<Record<keyof Retention, number>> {
  const before = (now: Date, days: number): RawBuilder<Date> =>
    sql`${now}::timestamptz - make_interval(days => ${sql.lit(days)})`
  const statements: Record<keyof Retention, RawBuilder<unknown>> = {
    anomalyScores: sql`delete from scans where as_of < ${before(marketNow, keepDays.anomalyScores)}`,
    fetches: sql`delete from fetches f where fetched_at < ${before(wallNow, keepDays.fetches)}
                 and not exists (select from observations o where o.fetch_id = f.id)`,
    finishedRuns: sql`delete from job_runs where finished_at < ${before(wallNow, keepDays.finishedRuns)}
                     and name <> 'train-models'`,
    hourlyObservations: sql`delete from observations where resolution = 'hour'
                            and observed_at < ${before(marketNow, keepDays.hourlyObservations)}`,
    idempotencyKeys: sql`delete from idempotency_keys where created_at < ${before(wallNow, keepDays.idempotencyKeys)}`,
    quarantine: sql`delete from quarantine where last_seen_at < ${before(wallNow, keepDays.quarantine)}`,
    vectors: sql`delete from feature_vectors where as_of < ${before(marketNow, keepDays.vectors)}`,
  }
  const deleted = {} as Record<keyof Retention, number>
  const kinds = Object.keys(statements) as (keyof Retention)[]
  for (const [index, kind] of kinds.entries()) {
    onKind(kind, index, kinds.length)
    const { numAffectedRows = 0n } = await statements[kind].execute(db)
    deleted[kind] = Number(numAffectedRows)
  }
  return deleted
}
