import type { Payload, Result } from '../../queues/jobs.ts'
import { runIdFrom } from '../../queues/run-id.ts'
import { listAlertLabels } from '../../src/db/alert-labels.ts'
import { dayNumber, isoDate, utcDate } from '../../src/domain/calendar.ts'
import { featureSet, numericFeatureNames } from '../../src/domain/feature-names.ts'
import { defaultWindowDays } from '../../src/features/build.ts'
import { movementHistoryDays } from '../../src/features/movements.ts'
import { loadHistories } from '../histories.ts'
import type { JobContext } from '../handler.ts'
import { asRequested, registerModel } from './register-model.ts'

/** The fit looks at 90 days of vectors and movements, and the oldest of those at what came before. */
const historyDays = defaultWindowDays + movementHistoryDays

/** Fits the five detectors. An anomaly model only describes what is typical now, so the newest always becomes current. */
export async function trainAnomaly(
  payload: Payload<'train-models'>,
  context: JobContext,
): Promise<Result<'train-models'>> {
  const { db, clock, runId, threads, signal, progress } = context
  const now = await clock.now()
  const asOfDay = dayNumber(utcDate(now))
  progress(0, 'loading histories')
  const histories = await loadHistories(db, now, historyDays)
  const labelled = await listAlertLabels(db)
  const artifact = await threads.run(
    'fitAnomaly',
    { histories, asOfDay, options: { seed: payload.seed, windowDays: defaultWindowDays, labelled } },
    { signal, onProgress: (fraction) => progress(0.1 + 0.8 * fraction, 'fitting five detectors') },
  )
  progress(0.9, 'remembering the training window')
  const driftReference = await threads.run('referToAnomalyWindow', { artifact, histories }, { signal })

  progress(0.95, 'registering the model')
  const registered = await registerModel(
    db,
    {
      id: runIdFrom(`${runId}/model`),
      kind: 'anomaly',
      algorithm: artifact.algorithmUsed,
      engine: 'native-ts',
      params: { view: artifact.view, threshold: artifact.threshold, seed: payload.seed },
      metrics: {
        judges: artifact.judges,
        view: artifact.view,
        threshold: artifact.threshold,
        caught: artifact.caught,
        answers: labelled.length,
      },
      features: [...numericFeatureNames],
      featureSet,
      importance: {},
      windowFrom: isoDate(asOfDay - defaultWindowDays + 1),
      windowTo: isoDate(asOfDay),
      trainingRows: histories.length * defaultWindowDays,
      artifact,
      driftReference,
      runId,
    },
    asRequested(payload, { promoted: true, reason: 'The newest description of what is typical' }),
  )
  if (registered.promoted) await context.enqueue('scan-protocols', {})
  return registered
}
