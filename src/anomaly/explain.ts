import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { numericFeatureNames, type NumericFeatureName } from '../domain/feature-names.ts'
import type { EnsembleExplanation } from './ensemble.ts'
import { type Aspect, changeOf, type TypicalRanges, unscaledRange } from './typical-ranges.ts'
import { sentenceFor } from './sentences.ts'
import { type Facet, featureOfColumn, type Sight } from './views.ts'

const features = numericFeatureNames.length

/** How much one feature made a protocol abnormal, and what would have been typical. */
export interface FeatureContribution {
  readonly feature: NumericFeatureName
  /** Its part of the anomaly score; the parts of all features add up to it. */
  readonly contribution: number
  /** Where the value lies against what is typical; `unusual` inside the range or without one. */
  readonly direction: 'above' | 'below' | 'unusual'
  /** The level of the feature, or its change in a day: the one that was the more abnormal. */
  readonly aspect: Aspect
  /** A level as it is; a change in a day of a share or a slope in its own unit, of anything else as a logarithm. */
  readonly value: number
  /** 5 % and 95 % quantiles of the protocol's own 90 days; null without such a past. */
  readonly typicalLow: number | null
  readonly typicalHigh: number | null
  readonly sentence: string
}

/** The parts of row `i`'s anomaly score, the largest first; features without a value take no part. */
export function explainRow(
  i: number,
  anomalyScore: number,
  sight: Sight,
  facets: readonly Facet[],
  explanation: EnsembleExplanation,
  ranges: TypicalRanges,
): FeatureContribution[] {
  const shares = columnShares(i, explanation)
  const byFeature = new Float64Array(features)
  const byChange = new Float64Array(features)
  shares.forEach((share, column) => {
    const k = featureOfColumn(column)
    if (Number.isNaN(sight.vector.numeric[k]!)) return
    byFeature[k]! += share
    if (facets[Math.floor(column / features)] === 'own-change') byChange[k]! += share
  })
  const known = byFeature.reduce((sum, share) => sum + share, 0)
  if (known === 0) return []
  return Array.from(byFeature.keys())
    .filter((k) => byFeature[k]! > 0)
    .sort((a, b) => byFeature[b]! - byFeature[a]! || a - b)
    .map((k) => {
      const aspect = byChange[k]! > byFeature[k]! / 2 ? 'change' : 'level'
      return describe(sight, k, aspect, (anomalyScore * byFeature[k]!) / known, ranges)
    })
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

function describe(
  { vector, before }: Sight,
  k: number,
  aspect: Aspect,
  contribution: number,
  ranges: TypicalRanges,
): FeatureContribution {
  const feature = numericFeatureNames[k]!
  const value = aspect === 'change' ? changeOf(vector, before, k) : vector.numeric[k]!
  const scaled = ranges.typical(vector.protocolId, aspect, k)
  const typical = aspect === 'level' && scaled !== null ? unscaledRange(scaled, k) : scaled
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
    sentence: sentenceFor(feature, aspect, value, typical),
  }
}
