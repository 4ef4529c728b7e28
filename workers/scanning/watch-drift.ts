import { messageOf } from '../../src/alerts/message.ts'
import type { Db, Tx } from '../../src/db/connection.ts'
import {
  clearDriftAlert,
  modelDueForRetraining,
  raiseDriftAlert,
  readDriftReferences,
  recordRetraining,
} from '../../src/db/drift.ts'
import type { ModelKind, ScanDrift } from '../../src/db/schema.ts'
import { judgeDrift, retrainAtMostEveryDays, type Verdict } from '../../src/drift/decide-retraining.ts'
import type { DayOfRows, DriftReference } from '../../src/drift/drift-reference.ts'
import { measureDrift } from '../../src/drift/measure-drift.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { tellChannels } from '../alerting/tell-channels.ts'

/** Today's features and scores beside the training windows of both current models; null where no window is known. */
export async function scanDrift(db: Db, rows: DayOfRows, scores: Float64Array): Promise<ScanDrift | null> {
  const references = await readDriftReferences(db)
  const drift = references.flatMap(({ kind, reference }) =>
    measureDrift(reference as DriftReference, rows, scores).map(({ name, psi, limit }) => ({
      model: kind,
      feature: name,
      psi,
      limit,
    })),
  )
  return drift.length === 0 ? null : drift
}

/** From here on it is loud: the model has lost most of its ground. */
const loudShare = 0.6

/**
 * Past the threshold: an alert, and a training of the model that has lost its ground, at most once a week. What comes of the
 * training is registered and waits for somebody to promote it.
 */
export async function answerDrift(tx: Tx, scanId: string, drift: ScanDrift | null): Promise<void> {
  const verdicts = (['anomaly', 'risk'] as const).flatMap((kind) => {
    const own = (drift ?? []).filter(({ model }) => model === kind)
    const verdict = judgeDrift(own.map(({ feature, psi, limit }) => ({ name: feature, psi, limit })))
    return verdict ? [{ kind, ...verdict }] : []
  })
  if (verdicts.length === 0) return clearDriftAlert(tx)
  for (const { kind, reason } of verdicts) await retrain(tx, kind, scanId, reason)
  await tell(tx, scanId, drift ?? [], verdicts)
}

async function retrain(tx: Tx, kind: ModelKind, scanId: string, reason: string): Promise<void> {
  const modelId = await modelDueForRetraining(tx, kind, retrainAtMostEveryDays)
  if (modelId === undefined) return
  const payload = { family: kind, promotion: 'never', requested_because: reason } as const
  const { runId } = await submitJob(tx, 'train-models', payload, { origin: 'job', parentId: scanId })
  await recordRetraining(tx, { kind, modelId, scanId, runId, reason })
}

async function tell(
  tx: Tx,
  scanId: string,
  drift: ScanDrift,
  verdicts: readonly ({ kind: ModelKind } & Verdict)[],
): Promise<void> {
  const score = Math.max(...verdicts.map(({ share }) => share))
  const level = score >= loudShare ? 'high' : 'medium'
  const message = messageOf(verdicts.map(({ kind, reason }) => `${kind} model: ${reason}`))
  const told = await raiseDriftAlert(tx, { level, score, message, details: drift, scanId })
  if (told) await tellChannels(tx, [{ alertId: told.id, level, event: told.event }])
}
