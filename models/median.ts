import { quantileOfSorted } from './metrics/probability.ts'

/** The middle of the known values, NaN left out; NaN where none is known. The input is not changed. */
export function medianOf(values: ArrayLike<number>): number {
  const known = Float64Array.from(values).filter((value) => !Number.isNaN(value))
  return known.length === 0 ? NaN : quantileOfSorted(known.sort(), 0.5)
}
