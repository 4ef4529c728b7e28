import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { numericFeatureNames, type NumericFeatureName } from '../domain/feature-names.ts'
import { movementParts } from '../features/movement-kinds.ts'
import type { TrackedMeasure } from '../features/movement-tracks.ts'
import type { EnsembleExplanation } from './ensemble.ts'
import { type Finding, sentenceFor } from './sentences.ts'
import { changeOf, type TypicalRanges, unscaledRange } from './typical-ranges.ts'
import { type Column, columnsOf, type Sight, type View } from './views.ts'

/** How much one feature made a protocol abnormal, and what would have been typical. */
export interface FeatureContribution {
  readonly feature: NumericFeatureName
  /** Its part of the anomaly score; the parts of all features add up to it. */
  readonly contribution: number
  /** Where the value lies against what is typical; `unusual` inside the range or without one. */
  readonly direction: 'above' | 'below' | 'unusual'
  /** The level of the feature, its change in a day or its movement beyond the market: whichever was the most abnormal. */
  readonly aspect: Finding['aspect']
  /**
   * A level as it is; a change in a day of a share or a slope in its own unit; a movement, and a change of anything
   * else, as a logarithm.
   */
  readonly value: number
  /** 5 % and 95 % quantiles of the protocol's own 90 days, of a movement as a normal one; null without such a past. */
  readonly typicalLow: number | null
  readonly typicalHigh: number | null
  readonly sentence: string
}

/** The parts of row `i`'s anomaly score, the largest first; what has no value takes no part. */
export function explainRow(
  i: number,
  anomalyScore: number,
  sight: Sight,
  view: View,
  explanation: EnsembleExplanation,
  ranges: TypicalRanges,
): FeatureContribution[] {
  const columns = columnsOf(view)
  const shares = columnShares(i, explanation)
  const byFeature = new Map<NumericFeatureName, { share: number; strongest: Reason }>()
  for (const reason of columns.flatMap((column, c) => reasonsOf(column, shares[c]!, sight))) {
    const { share: sum = 0, strongest = reason } = byFeature.get(reason.feature) ?? {}
    byFeature.set(reason.feature, {
      share: sum + reason.share,
      strongest: reason.share > strongest.share ? reason : strongest,
    })
  }
  const known = [...byFeature.values()].reduce((sum, { share }) => sum + share, 0)
  return [...byFeature]
    .sort(([, a], [, b]) => b.share - a.share)
    .map(([feature, { share, strongest }]) =>
      describe(sight, feature, strongest, (anomalyScore * share) / known, ranges),
    )
}

/** Each detector's shares of its own score, averaged with more weight for the one that found the row rarer. */
function columnShares(i: number, { rarities, contributions }: EnsembleExplanation): Float64Array {
  const shares = new Float64Array(contributions[detectorAlgorithms[0]].columns)
  for (const algorithm of detectorAlgorithms) {
    const { columns, data } = contributions[algorithm]
    const own = data.subarray(i * columns, (i + 1) * columns)
    const sum = own.reduce((total, part) => total + part, 0)
    if (sum === 0) continue
    const weight = -Math.log(rarities[algorithm][i]!) / sum
    for (let c = 0; c < columns; c++) shares[c]! += weight * own[c]!
  }
  return shares
}

const featureOfMeasure = {
  tvl: 'recent_tvl',
  price: 'recent_price_change',
  volume: 'recent_volume',
} as const satisfies Record<TrackedMeasure, NumericFeatureName>

/** A column's share of the score, or one measure's part of it; `index` is of a feature or of `movementParts`. */
interface Reason extends Column {
  readonly feature: NumericFeatureName
  readonly share: number
}

/** What is known of a column; a movement is shared out among its measures by their evidence. */
function reasonsOf({ facet, index }: Column, share: number, { vector, movements }: Sight): Reason[] {
  if (!(share > 0)) return []
  if (facet !== 'movement')
    return Number.isNaN(vector.numeric[index]!)
      ? []
      : [{ facet, index, feature: numericFeatureNames[index]!, share }]
  const known = movementParts.flatMap(({ kind, measure }, part) => {
    const evidence = movements?.evidence[part] ?? NaN
    return kind !== index || Number.isNaN(evidence)
      ? []
      : [{ part, measure, weight: Math.max(evidence, leastEvidence) }]
  })
  const all = known.reduce((sum, { weight }) => sum + weight, 0)
  return known.map(({ part, measure, weight }) => ({
    facet,
    index: part,
    feature: featureOfMeasure[measure],
    share: (share * weight) / all,
  }))
}

/** In nats: what says nothing still has a share, so that the parts add up. */
const leastEvidence = 1e-9

function describe(
  sight: Sight,
  feature: NumericFeatureName,
  reason: Reason,
  contribution: number,
  ranges: TypicalRanges,
): FeatureContribution {
  const finding = findingOf(sight, feature, reason, ranges)
  const { aspect, value, typical } = finding
  return {
    feature,
    contribution,
    direction:
      typical !== null && value > typical.high
        ? 'above'
        : typical !== null && value < typical.low
          ? 'below'
          : 'unusual',
    aspect,
    value,
    typicalLow: typical?.low ?? null,
    typicalHigh: typical?.high ?? null,
    sentence: sentenceFor(finding),
  }
}

function findingOf(
  { vector, before, movements }: Sight,
  feature: NumericFeatureName,
  { facet, index }: Reason,
  ranges: TypicalRanges,
): Finding {
  if (facet === 'movement') {
    const usual = movements!.usual[index]!
    const half = normalHalf * usual
    const typical = { low: -half, middle: 0, high: half }
    const { kind, measure } = movementParts[index]!
    const spanDays = movements!.spanDays[kind]!
    return { aspect: 'movement', measure, spanDays, value: movements!.value[index]!, typical }
  }
  if (facet === 'own-change') {
    const typical = ranges.typical(vector.protocolId, 'change', index)
    return { aspect: 'change', feature, value: changeOf(vector, before, index), typical }
  }
  const scaled = ranges.typical(vector.protocolId, 'level', index)
  const typical = scaled === null ? null : unscaledRange(scaled, index)
  return { aspect: 'level', feature, value: vector.numeric[index]!, typical }
}

/** 90 % of a normal distribution lie within so many standard deviations. */
const normalHalf = 1.645
