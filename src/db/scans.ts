import { sql } from 'kysely'
import type { Db, Tx } from './connection.ts'
import type { AnomalyContribution, DetectorScore, RiskLevel, ScanDrift, Schema } from './schema.ts'

export type Verdict = Schema['anomalyScores']['verdict']

export interface NewAnomalyScore {
  readonly protocolId: string
  readonly isAnomaly: boolean
  readonly anomalyScore: number
  readonly confidence: number
  readonly alertLevel: RiskLevel
  readonly algorithm: string
  readonly detectors: readonly DetectorScore[]
  readonly contributions: readonly AnomalyContribution[]
  readonly verdict: Verdict
  readonly verdictReason: string
}

export interface NewScan {
  readonly id: string
  readonly asOf: Date
  readonly modelId: string
  readonly insufficientData: number
  readonly durationMs: number
  readonly drift: ScanDrift | null
  readonly scores: readonly NewAnomalyScore[]
}

export async function newestScan(db: Db) {
  return db
    .selectFrom('scans')
    .select(['asOf', 'totalProtocols', 'insufficientData'])
    .orderBy('asOf', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Writes the scan and its scores; a scan with the same id that is already there is left alone. @returns whether it was written */
export async function insertScan(tx: Tx, scan: NewScan): Promise<boolean> {
  const anomalies = scan.scores.filter((score) => score.isAnomaly).length
  const { numInsertedOrUpdatedRows: added = 0n } = await tx
    .insertInto('scans')
    .values({
      id: scan.id,
      asOf: scan.asOf,
      modelId: scan.modelId,
      totalProtocols: scan.scores.length + scan.insufficientData,
      anomaliesDetected: anomalies,
      normalProtocols: scan.scores.length - anomalies,
      insufficientData: scan.insufficientData,
      drift: scan.drift ? JSON.stringify(scan.drift) : null,
      durationMs: scan.durationMs,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (added === 0n) return false
  for (let i = 0; i < scan.scores.length; i += 1000) {
    await tx
      .insertInto('anomalyScores')
      .values(
        scan.scores.slice(i, i + 1000).map((score) => ({
          ...score,
          scanId: scan.id,
          asOf: scan.asOf,
          detectors: JSON.stringify(score.detectors),
          contributions: JSON.stringify(score.contributions),
        })),
      )
      .execute()
  }
  return true
}

export async function findScan(db: Db, id: string) {
  return db.selectFrom('scans').selectAll().where('id', '=', id).executeTakeFirst()
}

/** How many of the newest daily scans before `asOf` in a row called each protocol abnormal, at most `most`. */
export async function countPersistence(
  db: Db,
  protocolIds: readonly string[],
  asOf: Date,
  most: number,
): Promise<Map<string, number>> {
  if (protocolIds.length === 0) return new Map()
  const { rows } = await sql<{ protocolId: string; persisted: number }>`
    with days as (
      select distinct on (protocol_id, as_of::date) protocol_id, as_of::date as day, is_anomaly
      from anomaly_scores
      where protocol_id = any(${protocolIds}::text[]) and as_of < date_trunc('day', ${asOf}::timestamptz)
        and as_of >= date_trunc('day', ${asOf}::timestamptz) - make_interval(days => ${sql.lit(most)})
      order by protocol_id, as_of::date, as_of desc
    ), numbered as (
      select *, row_number() over (partition by protocol_id order by day desc) as place,
             sum(case when is_anomaly then 0 else 1 end) over (partition by protocol_id order by day desc) as normals
      from days
    )
    select protocol_id as "protocolId", count(*) as persisted from numbered where normals = 0 group by protocol_id`.execute(
    db,
  )
  return new Map(rows.map((row) => [row.protocolId, row.persisted]))
}
