import { numericFeatureNames } from '../domain/feature-names.ts'
import type { VectorTable } from './vector-table.ts'

/** 30-day volatility per row: of TVL, or of the price where TVL is unknown; NaN where both are. */
export function volatilityOf({ rows, numeric }: VectorTable): Float64Array<ArrayBuffer> {
  const width = numericFeatureNames.length
  const ofTvl = numericFeatureNames.indexOf('tvl_vol_30')
  const ofPrice = numericFeatureNames.indexOf('price_vol_30')
  return Float64Array.from({ length: rows }, (_, i) => {
    const value = numeric[i * width + ofTvl]!
    return Number.isNaN(value) ? numeric[i * width + ofPrice]! : value
  })
}

/** The same for some rows as a score to order them by; the unknown come last. */
export function volatilityScores(vectors: VectorTable, rows: Int32Array): Float64Array {
  const volatility = volatilityOf(vectors)
  return Float64Array.from(rows, (row) => (Number.isNaN(volatility[row]!) ? -1 : volatility[row]!))
}
