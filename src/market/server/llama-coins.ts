import { isVisible, lastValueUpTo, valueOn, type Coin, type MarketView } from './market-view.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'
import type { MarketRequest, Route } from './route.ts'

const secondsPerDay = 86_400
/** As many points as one answer holds. */
const maxSpan = 5000

/** Prices of many coins in one call, as `coins.llama.fi` answers: a coin it does not know is silently absent. */
export const coinsRoutes: readonly Route[] = [
  { pattern: /^\/prices\/current\/(.+)$/, answer: currentPrices },
  { pattern: /^\/chart\/(.+)$/, answer: priceChart },
]

function currentPrices({ view, asOf, params }: MarketRequest): Reply {
  const coins: Record<string, unknown> = {}
  for (const [key, { symbol, series }] of namedCoins(view, asOf.day, params[0]!)) {
    const price = lastValueUpTo(series, 'priceUsd', asOf.day)
    if (price === null) continue
    const timestamp = asOf.instantMs / 1000
    coins[key] = { price, symbol: symbol.toUpperCase(), timestamp, confidence: 0.99 }
  }
  return jsonReply({ coins })
}

function priceChart({ view, asOf, params, query }: MarketRequest): Reply {
  const period = periodSeconds(query.get('period') ?? '24h')
  const numbers = ['start', 'end', 'span'].map((name) => Number(query.get(name) ?? NaN))
  const [start = NaN, end = NaN, span = NaN] = numbers
  if (period === null) return textReply(400, 'Invalid period')
  if (!Number.isNaN(start) && !Number.isNaN(end))
    return textReply(400, 'Only one of start and end may be given')
  const count = Math.min(Math.max(1, Number.isNaN(span) ? 1 : Math.floor(span)), maxSpan)
  const now = asOf.instantMs / 1000
  const first = Number.isNaN(start) ? (Number.isNaN(end) ? now : end) - (count - 1) * period : start

  const coins: Record<string, unknown> = {}
  for (const [key, { symbol, series }] of namedCoins(view, asOf.day, params[0]!)) {
    const prices: { timestamp: number; price: number }[] = []
    for (let i = 0; i < count; i++) {
      const timestamp = first + i * period
      if (timestamp > now) break
      const price = valueOn(series, 'priceUsd', Math.floor(timestamp / secondsPerDay))
      if (price !== null) prices.push({ timestamp, price })
    }
    if (prices.length > 0) coins[key] = { symbol: symbol.toUpperCase(), confidence: 0.99, prices }
  }
  return jsonReply({ coins })
}

/** The coins of `coingecko:a,coingecko:b,ethereum:0x…` that are known by then; addresses are not. */
function* namedCoins(view: MarketView, day: number, keys: string): Generator<[key: string, coin: Coin]> {
  for (const key of new Set(keys.split(','))) {
    const coin = key.startsWith('coingecko:') ? view.coins.get(key.slice('coingecko:'.length)) : undefined
    if (coin && isVisible(coin.series, day)) yield [key, coin]
  }
}

/** `4h`, `2d`, `1W`, `30M` (minutes). */
function periodSeconds(text: string): number | null {
  const match = /^(\d+)([wdhm])$/i.exec(text)
  if (!match) return null
  const unit = { w: 7 * secondsPerDay, d: secondsPerDay, h: 3600, m: 60 }[match[2]!.toLowerCase()] ?? 0
  const seconds = Number(match[1]) * unit
  return seconds > 0 ? seconds : null
}
