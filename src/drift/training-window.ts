import type { AnomalyModel } from '../anomaly/anomaly-model.ts'
import type { ProtocolHistory } from '../anomaly/training-material.ts'
import { numericFeatureNames } from '../domain/feature-names.ts'
import { defaultWindowDays } from '../features/build.ts'
import { buildFeatureHistory } from '../features/history.ts'
import { marketTracks } from '../features/market-tracks.ts'
import { movementHistory, movementHistoryDays } from '../features/movements.ts'
import type { FeatureVector } from '../features/series.ts'
import type { VectorTable } from '../training/vector-table.ts'
import { anomalyScoreName } from './decide-retraining.ts'
import { type DayOfRows, type DriftReference, featureReference, referenceOf } from './drift-reference.ts'

/** Neighbouring days say nearly the same. */
const everyDays = 7
/** Weeks that the detectors are ranked on and have not learnt: there the scores are those of unseen rows. */
const unseenWeeks = 3

/** Shares of ten bins are known well from so many protocols; of more, every second, third … one is looked at. */
const enoughProtocols = 5_000

/** What the features and the scores were like in the window that an anomaly model was fitted on. */
export function anomalyReference(model: AnomalyModel, market: readonly ProtocolHistory[]): DriftReference {
  const step = Math.ceil(market.length / enoughProtocols)
  const protocols = market.filter((_, i) => i % step === 0)
  const days: number[] = []
  for (let ago = 0; ago < defaultWindowDays; ago += everyDays) days.push(model.asOfDay - ago)
  const vectors = days.map((day) => vectorsOf(protocols, day))
  const all = market.map(({ series }) => series)
  const earliest = model.asOfDay - unseenWeeks * everyDays - movementHistoryDays
  const tracks = marketTracks(all, earliest, model.asOfDay, model.asOfDay)
  const scores = days.slice(0, unseenWeeks).map((day, k) => {
    const before = new Map(vectorsOf(protocols, day - 1).map((vector) => [vector.protocolId, vector]))
    const movements = new Map(
      protocols.map(({ series }) => [series.protocolId, movementHistory(series, tracks, [day])[0]!]),
    )
    return Float64Array.from(
      model.score(vectors[k]!, { before, movements }),
      ({ anomalyScore }) => anomalyScore,
    )
  })
  return [
    ...featureReference(vectors.map((ofDay) => ofDay.map(({ numeric }) => numeric))),
    referenceOf(anomalyScoreName, scores),
  ]
}

const vectorsOf = (protocols: readonly ProtocolHistory[], day: number): FeatureVector[] =>
  protocols.flatMap(({ series, traits }) => buildFeatureHistory(series, traits, [day]))

/** What the features were like on the days that a risk model learnt from. */
export function riskReference({ rows, day, numeric }: VectorTable): DriftReference {
  const width = numericFeatureNames.length
  const byDay = new Map<number, Float64Array[]>()
  for (let i = 0; i < rows; i++) {
    const ofDay = byDay.get(day[i]!) ?? []
    if (ofDay.length === 0) byDay.set(day[i]!, ofDay)
    ofDay.push(numeric.subarray(i * width, (i + 1) * width))
  }
  return featureReference([...byDay.values()] satisfies DayOfRows[])
}
