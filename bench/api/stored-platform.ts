import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../../src/db/connection.ts'
import { insertModel } from '../../src/db/models.ts'
import { promoteModel } from '../../src/db/promotions.ts'
import { type NewRiskScore, saveRiskScores } from '../../src/db/risk-scores.ts'
import { insertScan } from '../../src/db/scans.ts'
import { featureNames, featureSet } from '../../src/domain/feature-names.ts'

export interface StoredPlatform {
  readonly protocolIds: readonly string[]
  /** Runs that wait, spread over the backlog. */
  readonly runIds: readonly string[]
}

const asOf = new Date('2026-11-20T12:00:00Z')

/** A platform in full swing: scores, SHAP values and a scan of all protocols, and a backlog of jobs. */
export async function storePlatform(
  db: Db,
  size: { protocols: number; waitingJobs: number },
): Promise<StoredPlatform> {
  const protocolIds = Array.from({ length: size.protocols }, (_, index) => `protocol-${index}`)
  await sql`
    insert into protocols (id, name, category, chains, main_chain)
    select 'protocol-' || i, 'Protocol ' || i, 'Lending', '{Ethereum}', 'Ethereum'
    from generate_series(0, ${size.protocols - 1}) as i`.execute(db)
  await storeRisks(db, protocolIds)
  await storeScan(db, protocolIds)
  await sql`
    insert into job_runs (id, name, queue, payload, origin, lane, state, created_at)
    select gen_random_uuid(), 'backfill-protocol', 'collection', jsonb_build_object('protocol_id', 'protocol-' || i),
           'job', 'scheduled', 'queued', now() - i * interval '1 millisecond'
    from generate_series(1, ${size.waitingJobs}) as i`.execute(db)
  await sql`vacuum analyze`.execute(db)
  // Their ids are random, so this order is too.
  const runs = await db.selectFrom('jobRuns').select('id').orderBy('id').limit(size.protocols).execute()
  return { protocolIds, runIds: runs.map((run) => run.id) }
}

/** Changes something that nobody reads, but that any answer may be made of. */
export async function forgetAnswers(db: Db): Promise<void> {
  await sql`update protocols set last_seen_at = now() where id = 'protocol-0'`.execute(db)
}

async function storeModel(db: Db, kind: 'risk' | 'anomaly'): Promise<string> {
  const id = randomUUID()
  const importance = Object.fromEntries(featureNames.map((name, index) => [name, 1 / (index + 1)]))
  await db.transaction().execute(async (tx) => {
    await insertModel(tx, {
      id,
      kind,
      algorithm: kind === 'risk' ? 'random-forest' : 'consensus',
      engine: 'native-ts',
      params: {},
      metrics: { macro_f1: 0.4 },
      features: [...featureNames],
      featureSet,
      importance: { mean_abs_shap: importance },
      horizonDays: 30,
      beatsBaselines: true,
      windowFrom: '2025-01-01',
      windowTo: '2026-11-01',
      trainingRows: 5000,
      artifact: { trees: [] },
      reason: 'bench',
    })
    await promoteModel(tx, { kind, modelId: id, reason: 'bench', promotedBy: 'bench' })
  })
  return id
}

async function storeRisks(db: Db, protocolIds: readonly string[]): Promise<void> {
  const modelId = await storeModel(db, 'risk')
  const shapValues = featureNames.map((_, index) => (index - 8) / 100)
  const featureValues = JSON.stringify(
    Object.fromEntries(featureNames.map((name, index) => [name, index / 7])),
  )
  const score = (protocolId: string, index: number): NewRiskScore => ({
    protocolId,
    asOf,
    modelId,
    riskLevel: 'medium',
    confidence: 0.5,
    probabilities: [0.3, 0.5 - (index % 100) / 1000, 0.2 + (index % 100) / 1000],
    horizonDays: 30,
    closesOn: '2026-12-20',
    outputSpace: 'probability',
    baseValue: 0.2,
    outputValue: 0.2,
    shapValues,
    featureValues,
    abstainedBecause: null,
  })
  await saveRiskScores(db, protocolIds.map(score))
}

async function storeScan(db: Db, protocolIds: readonly string[]): Promise<void> {
  const modelId = await storeModel(db, 'anomaly')
  const detectors = ['isolation-forest', 'lof', 'one-class-svm', 'autoencoder', 'dbscan']
  const contribution = {
    contribution: 0.3,
    direction: 'below' as const,
    aspect: 'level',
    value: -0.2,
    typical_low: -0.01,
    typical_high: 0.01,
    sentence: 'TVL falls by 20 % a day against ±1 % in 90 days',
  }
  const scores = protocolIds.map((protocolId, index) => ({
    protocolId,
    isAnomaly: index % 50 === 0,
    anomalyScore: (index % 1000) / 1000,
    confidence: 0.8,
    alertLevel: 'low' as const,
    algorithm: 'consensus',
    detectors: detectors.map((algorithm) => ({ algorithm, score: 0.5, is_anomaly: index % 50 === 0 })),
    contributions: featureNames.slice(0, 5).map((feature) => ({ feature, ...contribution })),
    verdict: 'event' as const,
    verdictReason: 'both sources agree',
  }))
  await db.transaction().execute((tx) =>
    insertScan(tx, {
      id: randomUUID(),
      asOf,
      modelId,
      insufficientData: 0,
      durationMs: 900,
      drift: null,
      scores,
    }),
  )
}
