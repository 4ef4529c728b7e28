import { medianOf } from '../../models/median.ts'
import { quantileOfSorted } from '../../models/metrics/probability.ts'
import { numericFeatureNames, type NumericFeatureName } from '../domain/feature-names.ts'
import type { FeatureVector } from '../features/series.ts'

const features = numericFeatureNames.length

/** What a feature is compared with: its level, or its change since the day before. */
export const aspects = ['level', 'change'] as const
export type Aspect = (typeof aspects)[number]

/** Ratios spread over orders of magnitude: they are compared as logarithms, as TVL and volume already are. */
const ratios: readonly NumericFeatureName[] = ['liquidity_ratio', 'market_cap_to_tvl']
const isRatio = numericFeatureNames.map((name) => ratios.includes(name))
const leastRatio = 1e-9

/** A feature on the scale on which it is compared. */
export function scaledFeature(vector: FeatureVector, feature: number): number {
  const value = vector.numeric[feature]!
  return isRatio[feature] === true ? Math.log(Math.max(value, leastRatio)) : value
}

/** A range of levels back from the scale on which it was compared. */
export function unscaledRange({ low, middle, high }: TypicalRange, feature: number): TypicalRange {
  if (isRatio[feature] !== true) return { low, middle, high }
  return { low: Math.exp(low), middle: Math.exp(middle), high: Math.exp(high) }
}

/** The 5 %, 50 % and 95 % quantiles of a scaled feature, or of its changes, in a protocol's own past. */
export interface TypicalRange {
  readonly low: number
  readonly middle: number
  readonly high: number
}

/** The typical ranges of every protocol; plain JSON through `toJSON`. */
export interface TypicalRanges {
  /** In the feature's scale; null where the protocol or the feature has no past of its own. */
  typical(protocolId: string, aspect: Aspect, feature: number): TypicalRange | null
  /** How many standard deviations a scaled value is from the middle; NaN without a past of its own. */
  deviation(protocolId: string, aspect: Aspect, feature: number, value: number): number
  toJSON(): TypicalRangesState
}

export interface TypicalRangesState {
  readonly protocolIds: readonly string[]
  /** Single-precision numbers in base64: protocol × aspect × feature × (low, middle, high). */
  readonly ranges: string
  /** Aspect × feature: the least standard deviation that is believed. */
  readonly floors: readonly number[]
}

const rangesPerProtocol = aspects.length * features * 3
/** 5 % to 95 % of a normal distribution, in standard deviations. */
const normalSpan = 3.29
/** A protocol counts as calmer than the median one by this factor at most; measured, see docs/anomalies.md. */
const calmest = 0.5
/** Fewer known values than this make no range. */
const fewestValues = 10

/** Gathers ranges protocol by protocol, so that nobody needs the vectors of all at once. */
export class TypicalRangesFit {
  readonly #protocolIds: string[] = []
  readonly #ranges: Float32Array[] = []

  /** @param past one protocol's vectors in ascending time, a day apart where nothing is missing; none is no past */
  add(past: readonly FeatureVector[]): void {
    const [first] = past
    if (first === undefined) return
    const ranges = new Float32Array(rangesPerProtocol).fill(NaN)
    aspects.forEach((aspect, a) => {
      for (let k = 0; k < features; k++) {
        const range = rangeOf(valuesOf(past, aspect, k))
        if (range !== null) ranges.set(range, (a * features + k) * 3)
      }
    })
    this.#protocolIds.push(first.protocolId)
    this.#ranges.push(ranges)
  }

  finish(): TypicalRanges {
    const ranges = new Float32Array(this.#ranges.length * rangesPerProtocol)
    this.#ranges.forEach((own, p) => ranges.set(own, p * rangesPerProtocol))
    return rangesOf(this.#protocolIds, ranges, floorsOf(ranges))
  }
}

/** The same of vectors that are all at hand. */
export function fitTypicalRanges(pasts: readonly (readonly FeatureVector[])[]): TypicalRanges {
  const fit = new TypicalRangesFit()
  pasts.forEach((past) => fit.add(past))
  return fit.finish()
}

export function loadTypicalRanges({ protocolIds, ranges, floors }: TypicalRangesState): TypicalRanges {
  const bytes = Uint8Array.from(Buffer.from(ranges, 'base64'))
  return rangesOf(protocolIds, new Float32Array(bytes.buffer), floors)
}

function rangesOf(
  protocolIds: readonly string[],
  ranges: Float32Array,
  floors: readonly number[],
): TypicalRanges {
  const indexOf = new Map(protocolIds.map((id, p) => [id, p]))
  const typical = (protocolId: string, aspect: Aspect, feature: number): TypicalRange | null => {
    const p = indexOf.get(protocolId)
    if (p === undefined) return null
    const at = ((p * aspects.length + aspects.indexOf(aspect)) * features + feature) * 3
    const low = ranges[at]!
    return Number.isNaN(low) ? null : { low, middle: ranges[at + 1]!, high: ranges[at + 2]! }
  }
  return {
    typical,
    deviation(protocolId, aspect, feature, value) {
      const range = typical(protocolId, aspect, feature)
      if (range === null) return NaN
      const floor = floors[aspects.indexOf(aspect) * features + feature]!
      return (value - range.middle) / Math.max((range.high - range.low) / normalSpan, floor)
    },
    toJSON: () => ({
      protocolIds,
      ranges: Buffer.from(ranges.buffer, ranges.byteOffset, ranges.byteLength).toString('base64'),
      floors,
    }),
  }
}

/** The change of a scaled feature since the vector of the day before; NaN without one. */
export function changeOf(vector: FeatureVector, before: FeatureVector | undefined, feature: number): number {
  if (before?.asOfDay !== vector.asOfDay - 1) return NaN
  return scaledFeature(vector, feature) - scaledFeature(before, feature)
}

function valuesOf(past: readonly FeatureVector[], aspect: Aspect, feature: number): number[] {
  return past.map((vector, i) =>
    aspect === 'level' ? scaledFeature(vector, feature) : changeOf(vector, past[i - 1], feature),
  )
}

function rangeOf(values: readonly number[]): [number, number, number] | null {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort()
  if (sorted.length < fewestValues) return null
  return [quantileOfSorted(sorted, 0.05), quantileOfSorted(sorted, 0.5), quantileOfSorted(sorted, 0.95)]
}

function floorsOf(ranges: Float32Array): number[] {
  const protocols = ranges.length / rangesPerProtocol
  return Array.from({ length: aspects.length * features }, (_, column) => {
    const spans = Array.from({ length: protocols }, (_, p) => {
      const at = p * rangesPerProtocol + column * 3
      return ranges[at + 2]! - ranges[at]!
    })
    const typicalSpan = medianOf(spans.filter((span) => span > 0))
    return typicalSpan > 0 ? (calmest * typicalSpan) / normalSpan : 1
  })
}
