import { randomUUID } from 'node:crypto'
import { type Insertable, sql } from 'kysely'
import { featureNames, featureSet } from '../../src/domain/feature-names.ts'
import type { Db } from '../../src/db/connection.ts'
import type { ModelKind, Schema } from '../../src/db/schema.ts'

/** Rows as the workers write them, for tests of what reads them. Each function returns what it stored. */

export const asOf = new Date('2026-11-20T12:00:00Z')

type Row<T extends keyof Schema> = Insertable<Schema[T]>

export async function storeProtocol(
  db: Db,
  id: string,
  changes: Partial<Row<'protocols'>> = {},
): Promise<string> {
  await db
    .insertInto('protocols')
    .values({
      id,
      name: id.toUpperCase(),
      symbol: null,
      geckoId: null,
      category: 'Lending',
      chains: ['Ethereum'],
      mainChain: 'Ethereum',
      defillamaId: null,
      parentId: null,
      listedAt: null,
      deadFrom: null,
      backfilledTo: null,
      backfillFailedAt: null,
      ...changes,
    })
    .execute()
  return id
}

/** `points` days up to the reference day, TVL from one source and price from the other. */
export async function storeSeries(db: Db, protocolId: string, points: number): Promise<void> {
  await sql`create table if not exists observations_test partition of observations default`.execute(db)
  const common = { protocolId, resolution: 'day' as const, isPartial: false, fetchId: 1 }
  const empty = { tvlUsd: null, priceUsd: null, marketCapUsd: null, volumeUsd: null }
  const rows = Array.from({ length: points }, (_, age) => {
    const observedAt = new Date(Date.UTC(2026, 10, 20 - age))
    return [
      { ...common, ...empty, observedAt, source: 'defillama', tvlUsd: 1000 + age },
      {
        ...common,
        ...empty,
        observedAt,
        source: 'coingecko',
        priceUsd: 2,
        marketCapUsd: 4000,
        volumeUsd: 50,
      },
    ]
  })
  await db.insertInto('observations').values(rows.flat()).execute()
}

/** A recorded loss of the protocols with this id at DeFiLlama. */
export async function storeIncident(db: Db, defillamaId: string, date: string): Promise<void> {
  await db
    .insertInto('incidents')
    .values({
      id: randomUUID(),
      date,
      name: 'Aave',
      technique: 'Reentrancy',
      classification: 'Protocol Logic',
      amountUsd: 1_500_000,
      returnedUsd: null,
      chains: ['Ethereum'],
      defillamaId,
      parentId: null,
      source: null,
    })
    .execute()
}

let version = 0

export async function storeModel(
  db: Db,
  kind: ModelKind,
  changes: Partial<Row<'models'>> = {},
): Promise<string> {
  const id = changes.id ?? randomUUID()
  const meanAbsShap = Object.fromEntries(featureNames.map((name, index) => [name, index / 100]))
  await db
    .insertInto('models')
    .values({
      id,
      kind,
      version: ++version,
      algorithm: kind === 'risk' ? 'random-forest' : 'isolation-forest',
      engine: 'native-ts',
      params: JSON.stringify({ trees: 100 }),
      metrics: JSON.stringify({ macro_f1: 0.41, average_precision: 0.2 }),
      features: [...featureNames],
      featureSet,
      importance: JSON.stringify({ mean_abs_shap: meanAbsShap }),
      horizonDays: kind === 'risk' ? 30 : null,
      beatsBaselines: kind === 'risk' ? false : null,
      windowFrom: '2025-01-01',
      windowTo: '2026-10-01',
      trainingRows: 1234,
      artifact: Buffer.from('artifact'),
      artifactSha256: 'abc',
      reason: 'first model',
      runId: null,
      ...changes,
    })
    .execute()
  return id
}

export async function makeCurrent(db: Db, kind: ModelKind, modelId: string): Promise<void> {
  await db
    .insertInto('currentModels')
    .values({ kind, modelId })
    .onConflict((conflict) => conflict.column('kind').doUpdateSet({ modelId }))
    .execute()
}

export async function storeRisk(
  db: Db,
  protocolId: string,
  modelId: string,
  changes: Partial<Row<'riskScores'>> = {},
): Promise<void> {
  const shapValues = featureNames.map((_, index) => (index - 8) / 100)
  const outputValue = 0.2 + shapValues.reduce((sum, value) => sum + value, 0)
  await db
    .insertInto('riskScores')
    .values({
      protocolId,
      asOf,
      modelId,
      riskLevel: 'medium',
      confidence: 0.5,
      probabilities: [0.3, 0.5, 0.2],
      horizonDays: 30,
      closesOn: '2026-12-20',
      outputSpace: 'probability',
      baseValue: 0.2,
      outputValue,
      shapValues,
      featureValues: JSON.stringify({ tvl_vol_30: 0.1, protocol_category: 'Lending' }),
      abstainedBecause: null,
      outcome: null,
      outcomeFall: null,
      closedAt: null,
      ...changes,
    })
    .execute()
}

export async function storeVector(db: Db, protocolId: string, points = 90): Promise<void> {
  await db
    .insertInto('featureVectors')
    .values({
      protocolId,
      asOf,
      featureSet,
      numericValues: Array.from({ length: 15 }, (_, index) => (index === 1 ? null : index / 10)),
      protocolCategory: 'Lending',
      protocolChain: 'Ethereum',
      points,
      isStale: false,
      flags: ['no-token'],
    })
    .execute()
}

/** A scan of the given protocols; those with a score of 0.5 and more are anomalies. */
export async function storeScan(
  db: Db,
  modelId: string,
  scores: Readonly<Record<string, number>>,
  changes: Partial<Row<'scans'>> = {},
): Promise<string> {
  const id = changes.id ?? randomUUID()
  const anomalies = Object.values(scores).filter((score) => score >= 0.5).length
  const total = Object.keys(scores).length
  await db
    .insertInto('scans')
    .values({
      id,
      asOf,
      modelId,
      totalProtocols: total + 1,
      anomaliesDetected: anomalies,
      normalProtocols: total - anomalies,
      insufficientData: 1,
      drift: null,
      durationMs: 12,
      ...changes,
    })
    .execute()
  const rows = Object.entries(scores).map(([protocolId, score]) =>
    anomalyScore(id, protocolId, score, changes.asOf ?? asOf),
  )
  if (rows.length > 0) await db.insertInto('anomalyScores').values(rows).execute()
  return id
}

function anomalyScore(scanId: string, protocolId: string, score: number, at: Date): Row<'anomalyScores'> {
  const isAnomaly = score >= 0.5
  return {
    scanId,
    protocolId,
    asOf: at,
    isAnomaly,
    anomalyScore: score,
    confidence: 0.8,
    alertLevel: score > 0.9 ? 'high' : score > 0.7 ? 'medium' : 'low',
    algorithm: 'consensus',
    detectors: JSON.stringify([
      { algorithm: 'isolation-forest', score, is_anomaly: isAnomaly },
      { algorithm: 'lof', score: 1 - score, is_anomaly: !isAnomaly },
    ]),
    contributions: JSON.stringify([
      {
        feature: 'tvl_slope',
        contribution: 0.4,
        direction: 'below',
        aspect: 'level',
        value: -0.2,
        typical_low: -0.01,
        typical_high: 0.01,
        sentence: 'TVL falls faster than on 99 % of days',
      },
    ]),
    verdict: 'event',
    verdictReason: 'the jump stayed, or price and TVL moved together',
  }
}

export async function storeAlert(
  db: Db,
  protocolId: string,
  changes: Partial<Row<'alerts'>> = {},
): Promise<string> {
  const id = randomUUID()
  await db
    .insertInto('alerts')
    .values({
      id,
      protocolId,
      kind: 'anomaly',
      level: 'high',
      state: 'open',
      score: 0.9,
      peakScore: 0.95,
      message: 'TVL left its normal path',
      details: '{}',
      scanId: null,
      ...changes,
    })
    .execute()
  return id
}
