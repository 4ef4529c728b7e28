import type { Payload, Result } from '../../queues/jobs.ts'
import { dayNumber, isoDate, utcDate } from '../../src/domain/calendar.ts'
import { featureSet, numericFeatureNames } from '../../src/domain/feature-names.ts'
import { defaultWindowDays } from '../../src/features/build.ts'
import { loadHistories } from '../histories.ts'
import type { JobContext } from '../handler.ts'
import { runIdFrom } from '../run-id.ts'
import { registerModel } from './register-model.ts'

/** The fit looks at 90 days of vectors, and the oldest of those at 90 days of history. */
const historyDays = 2 * defaultWindowDays

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
  const artifact = await threads.run(
    'fitAnomaly',
    { histories, asOfDay, options: { seed: payload.seed, windowDays: defaultWindowDays } },
    { signal, onProgress: (fraction) => progress(0.1 + 0.8 * fraction, 'fitting five detectors') },
  )

  progress(0.95, 'registering the model')
  const registered = await registerModel(
    db,
    {
      id: runIdFrom(`${runId}/model`),
      kind: 'anomaly',
      algorithm: artifact.algorithmUsed,
      engine: 'native-ts',
      params: { view: artifact.view, threshold: artifact.threshold, seed: payload.seed },
      metrics: { judges: artifact.judges, view: artifact.view, threshold: artifact.threshold },
      features: [...numericFeatureNames],
      featureSet,
      importance: {},
      windowFrom: isoDate(asOfDay - defaultWindowDays + 1),
      windowTo: isoDate(asOfDay),
      trainingRows: histories.length * defaultWindowDays,
      artifact,
      runId,
    },
    { promoted: true, reason: 'The newest description of what is typical' },
  )
  await context.enqueue('scan-protocols', {})
  return registered
}
