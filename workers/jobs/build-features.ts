import { findCurrentModel } from '../../src/db/models.ts'
import { saveVectors, type StoredVector } from '../../src/db/feature-vectors.ts'
import { dayNumber, startOfHour, utcDate } from '../../src/domain/calendar.ts'
import { featureSet } from '../../src/domain/feature-names.ts'
import { buildFeatures as buildVector } from '../../src/features/build.ts'
import { marketTracks } from '../../src/features/market-tracks.ts'
import { movementHistory, movementHistoryDays } from '../../src/features/movements.ts'
import { vectorFlags } from '../../src/features/quality.ts'
import { loadHistories } from '../histories.ts'
import type { Handler } from '../handler.ts'
import { toStoredVector } from '../stored-vectors.ts'
import { yieldToLoop } from '../yield.ts'

/** Vectors built between two turns of the event loop: some 10 ms. */
const batch = 200

/** The vectors of all protocols as of this hour, all or none; scores and a scan follow as soon as there are models. */
export const buildFeatures: Handler<'build-features'> = async (_payload, context) => {
  const { db, clock, progress, signal } = context
  const now = await clock.now()
  const asOf = startOfHour(now)
  const asOfDay = dayNumber(utcDate(now))
  progress(0, 'loading histories')
  const histories = await loadHistories(db, now, movementHistoryDays)
  const all = histories.map(({ series }) => series)
  const market = marketTracks(all, asOfDay - movementHistoryDays + 1, asOfDay, asOfDay)

  const vectors: StoredVector[] = []
  for (const [i, { series, traits }] of histories.entries()) {
    if (i % batch === 0) {
      progress(0.2 + (0.6 * i) / histories.length, `building vectors, ${i} of ${histories.length}`)
      await yieldToLoop(signal)
    }
    const vector = buildVector(series, traits, asOfDay)
    const dayBefore = buildVector(series, traits, asOfDay - 1)
    if (!vector) continue
    const [movements] = movementHistory(series, market, [asOfDay])
    vectors.push(toStoredVector(vector, dayBefore, movements!, vectorFlags(series, asOfDay)))
  }
  progress(0.8, 'storing vectors')
  await db.transaction().execute((tx) => saveVectors(tx, { asOf, featureSet }, vectors))

  if (await findCurrentModel(db, 'risk')) await context.enqueue('score-protocols', {})
  if (await findCurrentModel(db, 'anomaly')) await context.enqueue('scan-protocols', {})
  return {
    as_of: asOf.toISOString(),
    vectors: vectors.length,
    insufficient_data: histories.length - vectors.length,
  }
}
