import { binSample, type BinnedSample, countInBins, stabilityIndex } from '../../models/metrics/stability.ts'
import { numericFeatureNames } from '../domain/feature-names.ts'

/** One measured quantity in the training window. */
export interface Reference extends BinnedSample {
  readonly name: string
  /** The largest index that a day of the training window itself has against the whole window. */
  readonly usual: number
}

/** What later days are compared with; stored with the model. Plain JSON. */
export type DriftReference = readonly Reference[]

/** Rows of one day: 15 numbers each in the order of `numericFeatureNames`, NaN = unknown. */
export type DayOfRows = readonly Float64Array[]

/** The features of the training window. @param days at least one row in all */
export function featureReference(days: readonly DayOfRows[]): DriftReference {
  return numericFeatureNames.map((name, column) =>
    referenceOf(
      name,
      days.map((rows) => Float64Array.from(rows, (row) => row[column]!)),
    ),
  )
}

/** @param days the values of each day of the training window */
export function referenceOf(name: string, days: readonly Float64Array[]): Reference {
  const { edges, counts } = binSample(Float64Array.from(days.flatMap((values) => [...values])))
  const indices = days
    .filter((values) => values.length > 0)
    .map((values) => stabilityIndex(counts, countInBins(values, edges)))
  return { name, edges, counts, usual: Math.max(0, ...indices) }
}
