import type { AsOf } from './as-of.ts'
import { valueOn, type Coin } from './market-view.ts'

const msPerMinute = 60_000
const msPerHour = 60 * msPerMinute
const msPerDay = 24 * msPerHour

export type Granularity = 'five-minutes' | 'hourly' | 'daily'

/** CoinGecko chooses by the number of days, unless `interval` is given. */
export function granularityOf(days: number, interval: string | null): Granularity {
  if (interval === 'daily' || interval === 'hourly') return interval
  if (days <= 1) return 'five-minutes'
  return days <= 90 ? 'hourly' : 'daily'
}

type Points = (readonly [unixMs: number, usd: number | null])[]

/**
 * A `market_chart` body up to the as-of instant. A daily dataset does not know what happens inside a day, so
 * every point of a day has the day's value: interpolating towards the next one would show tomorrow.
 */
export function chartPoints(
  { series }: Coin,
  days: number,
  granularity: Granularity,
  asOf: AsOf,
): { readonly prices: Points; readonly market_caps: Points; readonly total_volumes: Points } {
  const instants = granularity === 'daily' ? dailyInstants : intradayInstants(granularity)
  const firstDay = series.day[0] ?? asOf.day
  const chart = { prices: [] as Points, market_caps: [] as Points, total_volumes: [] as Points }
  for (const instant of instants(Math.min(days, asOf.day - firstDay + 1), asOf)) {
    const day = Math.floor(instant / msPerDay)
    const price = valueOn(series, 'priceUsd', day)
    if (price === null) continue
    chart.prices.push([instant, price])
    chart.market_caps.push([instant, valueOn(series, 'marketCapUsd', day)])
    chart.total_volumes.push([instant, valueOn(series, 'volumeUsd', day)])
  }
  return chart
}

/** 00:00 UTC of `days` days, the one in progress included, and the "now" point: 365 days are 366 points. */
function* dailyInstants(days: number, asOf: AsOf): Generator<number> {
  for (let day = asOf.day - Math.ceil(days) + 1; day <= asOf.day; day++) yield day * msPerDay
  yield asOf.instantMs
}

function intradayInstants(granularity: 'five-minutes' | 'hourly') {
  const step = granularity === 'hourly' ? msPerHour : 5 * msPerMinute
  return function* (days: number, asOf: AsOf): Generator<number> {
    const steps = Math.round((days * msPerDay) / step)
    for (let k = steps; k >= 0; k--) yield asOf.instantMs - k * step
  }
}
