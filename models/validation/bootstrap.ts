import { rowsByValue } from '../metrics/groups.ts'
import { quantileOfSorted } from '../metrics/probability.ts'
import { createRandom } from '../random.ts'

/** A figure and where it falls in `level` of the resamples. */
export interface Interval {
  readonly estimate: number
  readonly lower: number
  readonly upper: number
}

export interface BootstrapOptions {
  readonly seed: number
  readonly resamples?: number
  /** Share of the resamples between the bounds. */
  readonly level?: number
}

/**
 * Percentile intervals from resampling whole groups: rows of one protocol follow each other too closely to count as
 * independent (cluster bootstrap; Cameron, Gelbach and Miller 2008). A measure that compares two models on the rows
 * it is given makes it a paired bootstrap. Resamples in which a figure is undefined do not count for that figure.
 * @param groups per row
 * @param measure figures of the rows given, a row repeated as often as it was drawn
 */
export function bootstrapIntervals<Name extends string>(
  groups: Int32Array,
  measure: (rows: Int32Array) => Readonly<Record<Name, number>>,
  options: BootstrapOptions,
): Record<Name, Interval> {
  const { seed, resamples = 1000, level = 0.95 } = options
  const random = createRandom(seed)
  const members = [...rowsByValue(groups).values()]
  const estimate = measure(Int32Array.from(groups.keys()))
  const draws = Array.from({ length: resamples }, () =>
    measure(Int32Array.from(members.flatMap(() => members[random.below(members.length)]!))),
  )
  const names = Object.keys(estimate) as Name[]
  return Object.fromEntries(
    names.map((name) => {
      const sorted = draws
        .map((figures) => figures[name])
        .filter(Number.isFinite)
        .sort((a, b) => a - b)
      const bound = (fraction: number): number =>
        sorted.length > 0 ? quantileOfSorted(sorted, fraction) : NaN
      return [
        name,
        { estimate: estimate[name], lower: bound((1 - level) / 2), upper: bound((1 + level) / 2) },
      ]
    }),
  ) as Record<Name, Interval>
}
