import type { AsOf } from './as-of.ts'
import { knownValues, valueOn, type Coin } from './market-view.ts'

/** A row of `/coins/markets`, of the official schema; every number is null on a day without a value. */
export function marketRow({ geckoId, symbol, name, series }: Coin, rank: number, asOf: AsOf): object {
  const price = valueOn(series, 'priceUsd', asOf.day)
  const priceBefore = valueOn(series, 'priceUsd', asOf.day - 1)
  const marketCap = valueOn(series, 'marketCapUsd', asOf.day)
  const marketCapBefore = valueOn(series, 'marketCapUsd', asOf.day - 1)
  const supply = price !== null && marketCap !== null && price > 0 && marketCap > 0 ? marketCap / price : null
  const lastDay = [price, priceBefore].filter((value) => value !== null)
  const [highest, lowest] = extremes(series, asOf.day)
  return {
    id: geckoId,
    symbol,
    name,
    image: `https://coin-images.coingecko.com/coins/images/${geckoId}.png`,
    current_price: price,
    market_cap: marketCap,
    market_cap_rank: marketCap === null || marketCap === 0 ? null : rank,
    fully_diluted_valuation: marketCap === 0 ? null : marketCap,
    total_volume: valueOn(series, 'volumeUsd', asOf.day),
    high_24h: lastDay.length === 0 ? null : Math.max(...lastDay),
    low_24h: lastDay.length === 0 ? null : Math.min(...lastDay),
    price_change_24h: difference(price, priceBefore),
    price_change_percentage_24h: percentage(price, priceBefore),
    market_cap_change_24h: difference(marketCap, marketCapBefore),
    market_cap_change_percentage_24h: percentage(marketCap, marketCapBefore),
    circulating_supply: supply,
    total_supply: supply,
    max_supply: null,
    ath: highest.price,
    ath_change_percentage: percentage(price, highest.price),
    ath_date: timestamp(highest.day),
    atl: lowest.price,
    atl_change_percentage: percentage(price, lowest.price),
    atl_date: timestamp(lowest.day),
    roi: null,
    last_updated: new Date(asOf.instantMs).toISOString(),
  }
}

interface Extreme {
  readonly day: number
  readonly price: number
}

/** The highest and the lowest price so far; the coin has one at least. */
function extremes(series: Coin['series'], upTo: number): readonly [highest: Extreme, lowest: Extreme] {
  let highest = { day: 0, price: -Infinity }
  let lowest = { day: 0, price: Infinity }
  for (const [day, price] of knownValues(series, 'priceUsd', upTo)) {
    if (price > highest.price) highest = { day, price }
    if (price < lowest.price) lowest = { day, price }
  }
  return [highest, lowest]
}

function difference(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : now - before
}

function percentage(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : (100 * (now - before)) / before
}

function timestamp(day: number): string {
  return new Date(day * 86_400_000).toISOString()
}
