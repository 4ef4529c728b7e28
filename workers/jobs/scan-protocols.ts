import { findCurrentModel, readArtifact } from '../../src/db/models.ts'
import { newestSlot, readVectors } from '../../src/db/feature-vectors.ts'
import { countTracked } from '../../src/db/protocols.ts'
import { findScan, insertScan, type NewScan } from '../../src/db/scans.ts'
import type { AnomalyModelArtifact } from '../../src/anomaly/anomaly-model.ts'
import { featureSet } from '../../src/domain/feature-names.ts'
import { InsufficientDataError } from '../../src/errors.ts'
import type { Movements } from '../../src/features/movement-kinds.ts'
import type { Handler } from '../handler.ts'
import { dayBeforeOf, fromStoredVector, movementsOf } from '../stored-vectors.ts'
import { judgeAbnormal } from '../scanning/judge-abnormal.ts'
import { raiseAlerts } from '../scanning/raise-alerts.ts'
import { answerDrift, scanDrift } from '../scanning/watch-drift.ts'
import { scoreRow } from '../scanning/score-row.ts'

/** One scan of all protocols, written in one transaction; the run's id is the scan's, so a second try changes nothing. */
export const scanProtocols: Handler<'scan-protocols'> = async (_payload, context) => {
  const { db, runId, threads, signal, progress } = context
  const startedAt = performance.now()
  const model = await findCurrentModel(db, 'anomaly')
  if (!model)
    throw new InsufficientDataError(
      'There is no trained anomaly model yet: run train-models with family "anomaly"',
    )
  const asOf = await newestSlot(db, featureSet)
  if (!asOf) throw new InsufficientDataError('There are no feature vectors yet: run build-features')

  progress(0.1, 'loading vectors')
  const stored = await readVectors(db, { asOf, featureSet })
  const artifact = (await readArtifact(db, model.id)) as AnomalyModelArtifact
  progress(0.3, `scoring ${stored.length} protocols`)
  const vectors = stored.map((vector) => fromStoredVector(vector, asOf))
  const before = stored.flatMap((vector) => dayBeforeOf(vector, asOf) ?? [])
  const movements = stored.flatMap((vector): [string, Movements][] => {
    const own = movementsOf(vector)
    return own === null ? [] : [[vector.protocolId, own]]
  })
  const anomalies = await threads.run('scoreAnomalies', { artifact, vectors, before, movements }, { signal })

  progress(0.6, 'weighing what is abnormal')
  const verdicts = await judgeAbnormal(
    anomalies.filter(({ isAnomaly }) => isAnomaly),
    new Map(movements),
    asOf,
    context,
  )

  const drift = await scanDrift(
    db,
    vectors.map(({ numeric }) => numeric),
    Float64Array.from(anomalies, ({ anomalyScore }) => anomalyScore),
  )

  progress(0.8, 'storing the scan')
  const total = Math.max(await countTracked(db), anomalies.length)
  const scan: NewScan = {
    id: runId,
    asOf,
    modelId: model.id,
    insufficientData: total - anomalies.length,
    durationMs: Math.round(performance.now() - startedAt),
    drift,
    scores: anomalies.map((anomaly) =>
      scoreRow(anomaly, artifact.threshold, verdicts.get(anomaly.protocolId)),
    ),
  }
  await db.transaction().execute(async (tx) => {
    if (!(await insertScan(tx, scan))) return
    await raiseAlerts(tx, scan, artifact.threshold)
    await answerDrift(tx, scan.id, drift)
  })
  const written = await findScan(db, runId)
  return {
    scan_id: runId,
    total_protocols: written?.totalProtocols ?? 0,
    anomalies_detected: written?.anomaliesDetected ?? 0,
    normal_protocols: written?.normalProtocols ?? 0,
    insufficient_data: written?.insufficientData ?? 0,
  }
}
