import type { Db, Tx } from './connection.ts'
import type { AnomalyContribution, DetectorScore, RiskLevel } from './schema.ts'

export interface NewAnomalyScore {
  readonly protocolId: string
  readonly isAnomaly: boolean
  readonly anomalyScore: number
  readonly confidence: number
  readonly alertLevel: RiskLevel
  readonly algorithm: string
  readonly detectors: readonly DetectorScore[]
  readonly contributions: readonly AnomalyContribution[]
  readonly verdict: string
}

export interface NewScan {
  readonly id: string
  readonly asOf: Date
  readonly modelId: string
  readonly insufficientData: number
  readonly durationMs: number
  readonly drift: Record<string, number> | null
  readonly scores: readonly NewAnomalyScore[]
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
