import type { Payload, Result } from '../../queues/jobs.ts'
import { runIdFrom } from '../../queues/run-id.ts'
import type { Db } from '../../src/db/connection.ts'
import { findCurrentModel, findModel, readArtifact, readCandidateResults } from '../../src/db/models.ts'
import { saveWalkForwardRecord } from '../../src/db/track-record.ts'
import { isoDate } from '../../src/domain/calendar.ts'
import { featureNames, featureSet } from '../../src/domain/feature-names.ts'
import { PermanentError } from '../../src/errors.ts'
import { type CandidateResult, chooseCandidate, riskCandidates } from '../../src/training/candidates.ts'
import { riskLabels } from '../../src/features/labels.ts'
import type { Samples } from '../../src/training/samples.ts'
import type { ModelConfig } from '../../src/training/learner.ts'
import type { RiskModelArtifact } from '../../src/training/risk-model.ts'
import { storedMetrics } from '../../src/training/stored-metrics.ts'
import { comparePromotion } from '../../src/training/promotion.ts'
import { walkForwardRecord } from '../../src/training/track-record.ts'
import type { JobContext } from '../handler.ts'
import { asRequested, registerModel } from './register-model.ts'
import { trainingSamples } from './training-samples.ts'

/**
 * Compares all candidates on the same folds, as children that any trainer takes; then refits the best, assesses it beside the
 * current model and both baselines, and registers it. Whatever was finished before a crash is not computed again.
 */
export async function trainRisk(
  payload: Payload<'train-models'>,
  context: JobContext,
): Promise<Result<'train-models'>> {
  const { db, runId, threads, signal, progress, note } = context
  const modelId = runIdFrom(`${runId}/model`)
  const registered = await findModel(db, modelId)
  if (registered) return alreadyRegistered(registered, context)

  const asOf = await fixedAsOf(context)
  const samples = await trainingSamples(db, asOf, threads)
  await noteSamples(samples, asOf, context)
  const results = await evaluateAll(payload, asOf, context)
  const best = chooseCandidate(results)
  if (!best) throw new PermanentError('No candidate could be evaluated')

  await note(`chosen of ${results.length} candidates: ${best.candidate.id}`)
  const currentConfig = await readCurrentConfig(db)
  const trained = await threads.run(
    'finishRisk',
    { samples, config: best.candidate.config, currentConfig, seed: payload.seed },
    {
      signal,
      onProgress: (fraction) => progress(0.5 + 0.45 * fraction, 'refitting the best and assessing it'),
    },
  )
  progress(0.95, 'registering the model')
  const { day } = samples.vectors
  const { config } = best.candidate
  const { assessment } = trained
  const result = await registerModel(
    db,
    {
      id: modelId,
      kind: 'risk',
      algorithm: config.algorithm,
      engine: config.engine ?? 'native-ts',
      params: { ...config.params, view: config.view, balance: config.balance, seed: payload.seed },
      metrics: storedMetrics(assessment, results),
      features: [...featureNames],
      featureSet,
      importance: trained.importance,
      horizonDays: samples.horizonDays,
      beatsBaselines: assessment.beatsBaselines,
      windowFrom: isoDate(day[0]!),
      windowTo: isoDate(day.at(-1)!),
      trainingRows: samples.vectors.rows,
      artifact: trained.artifact,
      driftReference: await threads.run('referToRiskWindow', samples.vectors, { signal }),
      runId,
    },
    asRequested(payload, comparePromotion(trained.currentAssessment, assessment, context.promotion)),
    (tx) => saveWalkForwardRecord(tx, modelId, walkForwardRecord(samples, assessment.predictions)),
  )
  await note(
    `version ${result.version} is ${result.promoted ? 'the current model' : 'kept as a candidate'}: ${result.reason}`,
  )
  if (result.promoted) await context.enqueue('score-protocols', {})
  return result
}

/** Once: the handler starts again after its children. */
async function noteSamples(samples: Samples, asOf: string, { checkpoint, note }: JobContext): Promise<void> {
  if (checkpoint['as_of'] !== undefined) return
  const { vectors, label, horizonDays, historyDays } = samples
  const [low, medium, high] = riskLabels.map((_, c) => label.filter((one) => one === c).length)
  await note(`${vectors.rows} samples of ${vectors.protocol.names.length} protocols as of ${asOf}`, {
    horizon_days: horizonDays,
    history_days: historyDays,
    low,
    medium,
    high,
  })
}

/** Every child and every attempt sees the samples of the same moment. */
async function fixedAsOf({ checkpoint, clock, saveCheckpoint }: JobContext): Promise<string> {
  if (typeof checkpoint['as_of'] === 'string') return checkpoint['as_of']
  const asOf = (await clock.now()).toISOString()
  await saveCheckpoint({ as_of: asOf })
  return asOf
}

async function evaluateAll(
  { grid, seed }: Payload<'train-models'>,
  asOf: string,
  context: JobContext,
): Promise<CandidateResult[]> {
  const { db, runId, progress } = context
  const candidates = riskCandidates(grid)
  const finished = await readCandidateResults(db, runId)
  progress(
    (0.5 * finished.length) / candidates.length,
    `${finished.length} of ${candidates.length} candidates evaluated`,
  )
  if (finished.length < candidates.length) {
    const done = new Set(finished.map(({ candidate }) => candidate))
    await context.waitForChildren(
      candidates
        .filter(({ id }) => !done.has(id))
        .map(({ id }) => ({
          key: id,
          name: 'evaluate-candidate' as const,
          payload: { training_run_id: runId, candidate: id, grid, seed, as_of: asOf },
        })),
    )
  }
  const rows = await readCandidateResults(db, runId)
  return rows.map(({ result }) => result as CandidateResult)
}

async function readCurrentConfig(db: Db): Promise<ModelConfig | null> {
  const current = await findCurrentModel(db, 'risk')
  return current ? ((await readArtifact(db, current.id)) as RiskModelArtifact).config : null
}

/** The process died after the transaction: the model is there, only the end of the run was not written down. */
async function alreadyRegistered(
  { id, version, algorithm, reason, isCurrent }: NonNullable<Awaited<ReturnType<typeof findModel>>>,
  context: JobContext,
): Promise<Result<'train-models'>> {
  if (isCurrent) await context.enqueue('score-protocols', {})
  return { model_id: id, version, algorithm, promoted: isCurrent, reason }
}
