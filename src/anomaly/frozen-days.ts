import type { DailySeries } from '../features/series.ts'

/** Days in a row up to `day` on which every measure that is known repeats its value of the day before. */
export function frozenDays(series: DailySeries, day: number): number {
  const measures = [series.tvlUsd, series.priceUsd, series.marketCapUsd, series.volumeUsd]
  let count = 0
  for (let i = day - series.firstDay; i > 0; i--, count++) {
    const known = measures.filter((values) => !Number.isNaN(values[i] ?? NaN))
    if (known.length === 0 || known.some((values) => values[i] !== values[i - 1])) break
  }
  return count
}
