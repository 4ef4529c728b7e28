import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import { askedTogether } from './asked-together.ts'

const columns = [
  'score.scanId',
  'score.protocolId',
  'score.asOf',
  'score.isAnomaly',
  'score.anomalyScore',
  'score.confidence',
  'score.alertLevel',
  'score.algorithm',
  'score.detectors',
  'score.contributions',
  'score.verdict',
  'score.verdictReason',
  'protocols.name as protocolName',
  'scans.modelId',
] as const

const scores = (db: Db) =>
  db
    .selectFrom('anomalyScores as score')
    .innerJoin('protocols', 'protocols.id', 'score.protocolId')
    .innerJoin('scans', 'scans.id', 'score.scanId')
    .select(columns)
export type AnomalyRow = Awaited<ReturnType<ReturnType<typeof scores>['execute']>>[number]

/** The score that the newest scan gave a protocol, in one row; undefined where protocol, scan or score is missing. */
export const readAnomaly = askedTogether(
  (db, protocolIds) =>
    scores(db)
      .where('score.scanId', '=', (eb) =>
        eb.selectFrom('scans').select('id').orderBy('asOf', 'desc').orderBy('scannedAt', 'desc').limit(1),
      )
      .where(sql<boolean>`score.protocol_id = any(${protocolIds}::text[])`)
      .execute(),
  (row) => row.protocolId,
)

export type ScanCursor = readonly [asOf: string, scannedAt: string, id: string]

const scanColumns = [
  'id',
  'asOf',
  'modelId',
  'totalProtocols',
  'anomaliesDetected',
  'normalProtocols',
  'insufficientData',
  'drift',
  'durationMs',
  'scannedAt',
] as const

/** Scans, newest first; one more than `limit`. */
export async function listScans(db: Db, page: { limit: number; after: ScanCursor | undefined }) {
  let query = db
    .selectFrom('scans')
    .select(scanColumns)
    .select(sql<string>`scanned_at::text`.as('scannedAtExact'))
    .orderBy('asOf', 'desc')
    .orderBy('scannedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
  if (page.after) {
    const [asOf, scannedAt, id] = page.after
    query = query.where(
      sql<boolean>`(as_of, scanned_at, id) < (${asOf}::timestamptz, ${scannedAt}::timestamptz, ${id}::uuid)`,
    )
  }
  return query.execute()
}

export async function readScan(db: Db, id: string) {
  return db.selectFrom('scans').select(scanColumns).where('id', '=', id).executeTakeFirst()
}
export type ScanRow = NonNullable<Awaited<ReturnType<typeof readScan>>>

/** The anomalies of one scan, the most abnormal first; one more than `limit`. */
export async function listScanAnomalies(
  db: Db,
  scanId: string,
  page: { limit: number; after: readonly [score: number, protocolId: string] | undefined },
) {
  let query = scores(db)
    .where('score.scanId', '=', scanId)
    .where('score.isAnomaly', '=', true)
    .orderBy('score.anomalyScore', 'desc')
    .orderBy('score.protocolId', 'desc')
    .limit(page.limit + 1)
  if (page.after) {
    const [score, protocolId] = page.after
    query = query.where(sql<boolean>`(score.anomaly_score, score.protocol_id) < (${score}, ${protocolId})`)
  }
  return query.execute()
}

export interface HistoryFilter {
  readonly protocol: string | undefined
  readonly since: string | undefined
  readonly limit: number
  readonly after: readonly [asOf: string, protocolId: string, scanId: string] | undefined
}

/** Past anomalies, newest first; one more than `limit`. */
export async function listAnomalies(db: Db, filter: HistoryFilter) {
  let query = scores(db)
    .where('score.isAnomaly', '=', true)
    .orderBy('score.asOf', 'desc')
    .orderBy('score.protocolId', 'desc')
    .orderBy('score.scanId', 'desc')
    .limit(filter.limit + 1)
  if (filter.protocol) query = query.where('score.protocolId', '=', filter.protocol)
  if (filter.since) query = query.where('score.asOf', '>=', new Date(filter.since))
  if (filter.after) {
    const [asOf, protocolId, scanId] = filter.after
    query = query.where(
      sql<boolean>`(score.as_of, score.protocol_id, score.scan_id) < (${asOf}::timestamptz, ${protocolId}, ${scanId}::uuid)`,
    )
  }
  return query.execute()
}

/** What each detector said in one scan, beside what the scan concluded. */
export async function compareDetectors(db: Db, scanId: string) {
  const { rows } = await sql<{ algorithm: string; scored: number; anomalies: number; agreement: number }>`
    select detector->>'algorithm' as algorithm,
           count(*) as scored,
           count(*) filter (where (detector->>'is_anomaly')::boolean) as anomalies,
           avg(((detector->>'is_anomaly')::boolean = score.is_anomaly)::int)::float8 as agreement
    from anomaly_scores as score cross join jsonb_array_elements(score.detectors) as detector
    where score.scan_id = ${scanId}
    group by 1
    order by 1`.execute(db)
  return rows
}
