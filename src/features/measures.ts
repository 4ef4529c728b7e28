import type { DailySeries } from './series.ts'

/** The smallest value that counts as known; what lies below is unknown like NaN. */
const aboveZero = Number.MIN_VALUE
const zeroOrMore = 0

/** One measure of a series. A price or a market cap of 0 is a hole in the feed; TVL and volume can truly be 0. */
export interface Measure {
  readonly values: Float64Array
  readonly least: number
}

export const tvlOf = (series: DailySeries): Measure => ({ values: series.tvlUsd, least: zeroOrMore })
export const priceOf = (series: DailySeries): Measure => ({ values: series.priceUsd, least: aboveZero })
export const marketCapOf = (series: DailySeries): Measure => ({
  values: series.marketCapUsd,
  least: aboveZero,
})
export const volumeOf = (series: DailySeries): Measure => ({ values: series.volumeUsd, least: zeroOrMore })

/** The two measures that a protocol is followed by. */
export type FollowedMeasure = 'tvl' | 'price'

export const measureOf: Readonly<Record<FollowedMeasure, (series: DailySeries) => Measure>> = {
  tvl: tvlOf,
  price: priceOf,
}

/** The value at `index`, NaN where it is unknown or outside the series. */
export function knownAt({ values, least }: Measure, index: number): number {
  const value = values[index] ?? NaN
  return value >= least && value < Infinity ? value : NaN
}
