import { rowsByValue } from '../metrics/groups.ts'
import { quantileOfSorted } from '../metrics/probability.ts'
import { createRandom } from '../random.ts'

/** A figure and where it falls in `level` of the resamples. */
export interface Interval {
  readonly estimate: number
  readonly lower: number
  readonly upper: number
  /** The standard deviation over the resamples. */
  readonly standardError: number
}

export interface BootstrapOptions {
  readonly seed: number
  readonly resamples?: number
  /** Share of the resamples between the bounds. */
  readonly level?: number
}

/**
 * Percentile intervals from resampling whole groups: rows of one protocol follow each other too closely to count as
 * independent (cluster bootstrap; Cameron, Gelbach and Miller 2008). A measure that compares two models under the weights
 * it is given makes it a paired bootstrap. Resamples in which a figure is undefined do not count for that figure.
 * @param groups per row
 * @param measure figures when each row counts as often as its weight says: once for the estimate, and in a resample as
 *   often as its group was drawn; the array is reused from call to call
 */
export function bootstrapIntervals<Name extends string>(
  groups: Int32Array,
  measure: (weights: Float64Array) => Readonly<Record<Name, number>>,
  options: BootstrapOptions,
): Record<Name, Interval> {
  const { seed, resamples = 1000, level = 0.95 } = options
  const random = createRandom(seed)
  const members = [...rowsByValue(groups).values()]
  const weights = new Float64Array(groups.length).fill(1)
  const estimate = measure(weights)
  const draws = Array.from({ length: resamples }, () => {
    weights.fill(0)
    for (let drawn = 0; drawn < members.length; drawn++)
      for (const row of members[random.below(members.length)]!) weights[row]! += 1
    return measure(weights)
  })
  const names = Object.keys(estimate) as Name[]
  return Object.fromEntries(
    names.map((name) => {
      const values = draws.map((figures) => figures[name]).filter(Number.isFinite)
      return [name, intervalOf(estimate[name], values, level)]
    }),
  ) as Record<Name, Interval>
}

function intervalOf(estimate: number, values: readonly number[], level: number): Interval {
  const sorted = Float64Array.from(values).sort()
  const bound = (fraction: number): number => (sorted.length > 0 ? quantileOfSorted(sorted, fraction) : NaN)
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    estimate,
    lower: bound((1 - level) / 2),
    upper: bound((1 + level) / 2),
    standardError: sorted.length > 1 ? Math.sqrt(squares / (sorted.length - 1)) : NaN,
  }
}
