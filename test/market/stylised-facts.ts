import type { DailyColumns, Dataset } from '../../src/market/dataset.ts'

/** What daily changes of a market look like; medians over its protocols unless said otherwise. */
export interface StylisedFacts {
  /** Standard deviation of the daily log changes. */
  readonly deviation: number
  /** Of the normal distribution it is 0. */
  readonly excessKurtosis: number
  /** Hill's estimate from the largest 5 % of absolute changes; the smaller, the heavier the tails. */
  readonly tailIndex: number
  /** Mean autocorrelation of absolute changes (capped at their 99 % quantile) over lags 1 to 10. */
  readonly clustering: number
  /** Autocorrelation of the changes at lag 1. */
  readonly reversal: number
  /** Mean rank correlation of two protocols' changes, over all pairs. */
  readonly crossCorrelation: number
}

type ValueName = Exclude<keyof DailyColumns, 'day'>

/** Protocols with fewer than 200 changes are left out. */
export function stylisedFacts({ series, firstDay, lastDay }: Dataset, name: ValueName): StylisedFacts {
  const panel = series
    .map((columns) => dailyChanges(columns, name, firstDay, lastDay))
    .filter((changes) => known(changes).length >= 200)
  const each = (fact: (changes: Float64Array) => number): number => median(panel.map(fact))
  return {
    deviation: each((changes) => Math.sqrt(moment(known(changes), 2))),
    excessKurtosis: each((changes) => moment(known(changes), 4) / moment(known(changes), 2) ** 2 - 3),
    tailIndex: each((changes) => hill(known(changes))),
    clustering: each(clusteringOf),
    reversal: each((changes) => autocorrelation(changes, 1)),
    crossCorrelation: meanRankCorrelation(panel),
  }
}

/** Log changes on a common calendar, NaN where one of the two days is unknown or 0. */
function dailyChanges(
  columns: DailyColumns,
  name: ValueName,
  firstDay: number,
  lastDay: number,
): Float64Array {
  const { day, [name]: values } = columns
  const calendar = new Float64Array(lastDay - firstDay + 1).fill(NaN)
  for (let i = 1; i < day.length; i++)
    if (day[i]! === day[i - 1]! + 1 && values[i]! > 0 && values[i - 1]! > 0)
      calendar[day[i]! - firstDay] = Math.log(values[i]! / values[i - 1]!)
  return calendar
}

const known = (changes: Float64Array): Float64Array => changes.filter((value) => !Number.isNaN(value))

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? NaN
}

function moment(values: Float64Array, power: number): number {
  const centre = mean(values)
  return mean(values.map((value) => (value - centre) ** power))
}

/** Hill (1975). */
function hill(values: Float64Array): number {
  const sizes = values.map(Math.abs).sort().reverse()
  const count = Math.floor(sizes.length / 20)
  return 1 / mean(sizes.subarray(0, count).map((size) => Math.log(size / sizes[count]!)))
}

function clusteringOf(changes: Float64Array): number {
  const sizes = changes.map(Math.abs)
  const sorted = known(sizes).sort()
  const cap = sorted[Math.floor(0.99 * sorted.length)]!
  const capped = sizes.map((size) => Math.min(size, cap))
  return mean(Array.from({ length: 10 }, (_, lag) => autocorrelation(capped, lag + 1)))
}

function autocorrelation(values: Float64Array, lag: number): number {
  return correlation(values.subarray(0, values.length - lag), values.subarray(lag))
}

/** Pearson's, over the days that both know. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [n, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    n++
    sumA += x
    sumB += y
    sumAA += x * x
    sumBB += y * y
    sumAB += x * y
  }
  const covariance = sumAB - (sumA * sumB) / n
  return covariance / Math.sqrt((sumAA - sumA ** 2 / n) * (sumBB - sumB ** 2 / n))
}

function meanRankCorrelation(panel: readonly Float64Array[]): number {
  const ranked = panel.map(ranks)
  const pairs = ranked.flatMap((a, i) => ranked.slice(i + 1).map((b) => correlation(a, b)))
  return mean(pairs.filter((value) => !Number.isNaN(value)))
}

function ranks(values: Float64Array): Float64Array {
  const order = [...values.keys()]
    .filter((i) => !Number.isNaN(values[i]!))
    .sort((a, b) => values[a]! - values[b]!)
  const result = new Float64Array(values.length).fill(NaN)
  order.forEach((i, rank) => {
    result[i] = rank
  })
  return result
}
