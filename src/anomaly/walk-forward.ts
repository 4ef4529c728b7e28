import { quantileOfSorted } from '../../models/metrics/probability.ts'
import { numericFeatureNames } from '../domain/feature-names.ts'
import { buildFeatureHistory } from '../features/history.ts'
import type { FeatureVector } from '../features/series.ts'
import { type Movements, volumeStrengthOf } from '../features/movement-kinds.ts'
import { movementHistory, movementHistoryDays } from '../features/movements.ts'
import { marketTracks } from '../features/market-tracks.ts'
import { judges } from './ensemble.ts'
import { type AnomalyFitOptions, fitAnomalyModel } from './fit-anomaly-model.ts'
import { fitPastRanks, rarityOf } from './past-ranks.ts'
import type { ProtocolHistory } from './training-material.ts'
import { aspects, changeOf, fitTypicalRanges, scaledFeature, type TypicalRanges } from './typical-ranges.ts'

/** Who is compared: the judges, whoever is in charge of them, and two baselines that need no model. */
export const contestants = [...judges, 'in-charge', 'baseline', 'own-history-baseline'] as const
export type Contestant = (typeof contestants)[number]

/** One protocol-day, scored by a model that had seen earlier days only. Scores in [0, 1]: ranks among the past. */
export interface ScoredDay {
  readonly protocolId: string
  readonly day: number
  readonly scores: Readonly<Record<Contestant, number>>
  /** See `volumeStrengthOf`. */
  readonly volumeStrength: number
  /** The judge in charge was this sure that the day is abnormal. */
  readonly abnormalProbability: number
}

export interface WalkForwardOptions extends AnomalyFitOptions {
  /** A new model is fitted every so many days; the product does it weekly. */
  readonly refitDays: number
}

const features = numericFeatureNames.length
const windowDays = 90

/** Scores every day from `fromDay` to `toDay`, fitting on what lies before as it goes. */
export function walkForward(
  protocols: readonly ProtocolHistory[],
  fromDay: number,
  toDay: number,
  options: WalkForwardOptions,
): ScoredDay[] {
  const scored: ScoredDay[] = []
  for (let fitDay = fromDay - 1; fitDay < toDay; fitDay += options.refitDays) {
    const lastDay = Math.min(fitDay + options.refitDays, toDay)
    const past = vectorsBetween(protocols, fitDay - windowDays + 1, fitDay)
    const ahead = vectorsBetween(protocols, fitDay, lastDay)
    const model = fitAnomalyModel(protocols, fitDay, options)
    const ranges = fitTypicalRanges(past)
    const baseline = ranked(crossSectionBaseline(past.flat()), past)
    const ownHistoryBaseline = ranked((vector, before) => largestDeviation(vector, before, ranges), past)
    const movements = movementsBetween(protocols, fitDay + 1, lastDay)
    for (let day = fitDay + 1; day <= lastDay; day++) {
      const vectors = onDay(ahead, day)
      const before = new Map(onDay(ahead, day - 1).map((vector) => [vector.protocolId, vector]))
      model.score(vectors, { before, movements: movements.get(day)! }).forEach((anomaly, i) => {
        const { protocolId, scores, anomalyScore, isAnomaly, confidence } = anomaly
        const vector = vectors[i]!
        scored.push({
          protocolId,
          day,
          scores: {
            ...scores,
            'in-charge': anomalyScore,
            baseline: baseline(vector, undefined),
            'own-history-baseline': ownHistoryBaseline(vector, before.get(protocolId)),
          },
          volumeStrength: volumeStrengthOf(movements.get(day)!.get(protocolId)),
          abnormalProbability: isAnomaly ? confidence : 1 - confidence,
        })
      })
    }
    options.onProgress?.((lastDay - fromDay + 1) / (toDay - fromDay + 1))
  }
  return scored
}

function vectorsBetween(
  protocols: readonly ProtocolHistory[],
  fromDay: number,
  toDay: number,
): FeatureVector[][] {
  const days = Array.from({ length: toDay - fromDay + 1 }, (_, i) => fromDay + i)
  return protocols.map(({ series, traits }) =>
    buildFeatureHistory(series, traits, days).filter(({ stale }) => !stale),
  )
}

/** By day, then by protocol. */
function movementsBetween(
  protocols: readonly ProtocolHistory[],
  fromDay: number,
  toDay: number,
): Map<number, Map<string, Movements>> {
  const days = Array.from({ length: toDay - fromDay + 1 }, (_, i) => fromDay + i)
  const byDay = new Map(days.map((day) => [day, new Map<string, Movements>()]))
  const all = protocols.map(({ series }) => series)
  const market = marketTracks(all, fromDay - movementHistoryDays, toDay, fromDay - 1)
  for (const series of all)
    movementHistory(series, market, days).forEach((movements, d) =>
      byDay.get(days[d]!)!.set(series.protocolId, movements),
    )
  return byDay
}

function onDay(vectors: readonly (readonly FeatureVector[])[], day: number): FeatureVector[] {
  return vectors.flatMap((own) => own.filter(({ asOfDay }) => asOfDay === day))
}

type Score = (vector: FeatureVector, before: FeatureVector | undefined) => number

/** A baseline's score as its rank among the past, with the same tail as the detectors get. */
function ranked(score: Score, past: readonly (readonly FeatureVector[])[]): Score {
  const ranks = fitPastRanks(
    Float64Array.from(past.flatMap((own) => own.map((vector, i) => score(vector, own[i - 1])))),
  )
  return (vector, before) => 1 - rarityOf(ranks, score(vector, before))
}

/** The largest robust z-score, (x − median) / IQR, of any feature among all protocols. */
function crossSectionBaseline(past: readonly FeatureVector[]): (vector: FeatureVector) => number {
  const scales = numericFeatureNames.map((_, k) => {
    const sorted = Float64Array.from(past, ({ numeric }) => numeric[k]!)
      .filter((value) => !Number.isNaN(value))
      .sort()
    if (sorted.length === 0) return { median: 0, spread: 1 }
    const spread = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)
    return { median: quantileOfSorted(sorted, 0.5), spread: spread > 0 ? spread : 1 }
  })
  return ({ numeric }) =>
    scales.reduce((largest, { median, spread }, k) => {
      const score = Math.abs(numeric[k]! - median) / spread
      return score > largest ? score : largest
    }, 0)
}

/** The largest robust z-score of any feature or its change in a day, against the protocol's own 90 days. */
function largestDeviation(
  vector: FeatureVector,
  before: FeatureVector | undefined,
  ranges: TypicalRanges,
): number {
  let largest = 0
  for (const aspect of aspects)
    for (let k = 0; k < features; k++) {
      const value = aspect === 'level' ? scaledFeature(vector, k) : changeOf(vector, before, k)
      const deviation = Math.abs(ranges.deviation(vector.protocolId, aspect, k, value))
      if (deviation > largest) largest = deviation
    }
  return largest
}
