import { knownAt, marketCapOf, priceOf, tvlOf, volumeOf, type Measure } from './measures.ts'
import type { DailySeries } from './series.ts'

/** The last point may be this old before a vector is called stale. */
export const staleAfterDays = 3
/** "The last 30 days" of the features that say so. */
export const recentDays = 30

/** Indices `from` to `to - 1` of a series. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What the features of one vector may read: nothing after the as-of day, nothing before the window. */
export interface FeatureWindow {
  readonly tvl: Measure
  readonly price: Measure
  readonly marketCap: Measure
  readonly volume: Measure
  readonly whole: Span
  /** The last 30 calendar days, fewer where the window is shorter. */
  readonly recent: Span
  /** The days of `recent` whose day before lies inside the window too. */
  readonly recentReturns: Span
  /** Index of the newest day with a TVL or a price; -1 where there is none. */
  readonly lastIndex: number
  /** Days with a TVL or a price. */
  readonly points: number
}

/** @param windowDays calendar days, the as-of day included */
export function openWindow(series: DailySeries, asOfDay: number, windowDays: number): FeatureWindow {
  const end = asOfDay - series.firstDay + 1
  const to = Math.min(end, series.tvlUsd.length)
  const from = Math.max(0, end - windowDays)
  const tvl = tvlOf(series)
  const price = priceOf(series)

  let points = 0
  let lastIndex = -1
  for (let i = from; i < to; i++) {
    if (Number.isNaN(knownAt(tvl, i)) && Number.isNaN(knownAt(price, i))) continue
    points++
    lastIndex = i
  }
  const recentFrom = Math.max(from, end - recentDays)
  return {
    tvl,
    price,
    marketCap: marketCapOf(series),
    volume: volumeOf(series),
    whole: { from, to },
    recent: { from: recentFrom, to },
    recentReturns: { from: Math.max(from + 1, recentFrom), to },
    lastIndex,
    points,
  }
}
