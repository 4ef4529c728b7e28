import type { NumericFeatureName } from '../../src/domain/feature-names.ts'
import { numericFeatureNames } from '../../src/domain/feature-names.ts'
import type { DailySeries, FeatureVector, ProtocolTraits } from '../../src/features/series.ts'

type Values = readonly (number | null)[]

/** Values in ascending time; null is a day without a value. Shorter columns are unknown at the end. */
export interface Columns {
  readonly tvl?: Values
  readonly price?: Values
  readonly marketCap?: Values
  readonly volume?: Values
}

export const firstDay = 19_000
export const traits: ProtocolTraits = { category: 'Lending', mainChain: 'Ethereum' }

export function daily(columns: Columns): DailySeries {
  const { tvl = [], price = [], marketCap = [], volume = [] } = columns
  const length = Math.max(tvl.length, price.length, marketCap.length, volume.length)
  const column = (values: Values): Float64Array => Float64Array.from({ length }, (_, i) => values[i] ?? NaN)
  return {
    protocolId: 'aave-v3',
    firstDay,
    tvlUsd: column(tvl),
    priceUsd: column(price),
    marketCapUsd: column(marketCap),
    volumeUsd: column(volume),
  }
}

export function lastDay(series: DailySeries): number {
  return series.firstDay + series.tvlUsd.length - 1
}

export function repeat(length: number, value: (index: number) => number): number[] {
  return Array.from({ length }, (_, i) => value(i))
}

export function numberOf(vector: FeatureVector | null, name: NumericFeatureName): number {
  if (vector === null) throw new Error('Expected a vector, got null')
  return vector.numeric[numericFeatureNames.indexOf(name)]!
}
