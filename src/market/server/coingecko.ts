import { chartPoints, granularityOf } from './coingecko-chart.ts'
import { marketRow } from './coingecko-row.ts'
import { lastValueUpTo, valueOn, type Coin, type MarketView } from './market-view.ts'
import { jsonReply, type Reply } from './reply.ts'
import type { MarketRequest, Route } from './route.ts'

/** `full` answers for any past day, `free` refuses what is older than 365 days, as the keyless plan does. */
export type CoinGeckoPlan = 'free' | 'full'

/** CoinGecko v3, behind `/api/v3`. */
export function coinGeckoRoutes(plan: CoinGeckoPlan): readonly Route[] {
  return [
    { pattern: /^\/ping$/, answer: () => jsonReply({ gecko_says: '(V3) To the Moon!' }) },
    { pattern: /^\/coins\/markets$/, answer: listMarkets },
    { pattern: /^\/coins\/([^/]+)\/market_chart$/, answer: (request) => marketChart(request, plan) },
  ]
}

type Order = (a: Coin, b: Coin) => number

function listMarkets({ view, asOf, query }: MarketRequest): Reply {
  const refusal = refuseCurrency(query)
  if (refusal) return refusal
  const perPage = wholeNumber(query.get('per_page') ?? '100', 1, 250)
  const page = wholeNumber(query.get('page') ?? '1', 1, 1e6)
  if (perPage === null || page === null) return jsonReply({ error: 'Invalid per_page or page' }, 400)

  const value = (coin: Coin, name: 'marketCapUsd' | 'volumeUsd'): number =>
    valueOn(coin.series, name, asOf.day) ?? 0
  const orders: Readonly<Record<string, Order>> = {
    market_cap_desc: (a, b) => value(b, 'marketCapUsd') - value(a, 'marketCapUsd'),
    market_cap_asc: (a, b) => value(a, 'marketCapUsd') - value(b, 'marketCapUsd'),
    volume_desc: (a, b) => value(b, 'volumeUsd') - value(a, 'volumeUsd'),
    volume_asc: (a, b) => value(a, 'volumeUsd') - value(b, 'volumeUsd'),
    id_asc: (a, b) => (a.geckoId < b.geckoId ? -1 : 1),
    id_desc: (a, b) => (a.geckoId < b.geckoId ? 1 : -1),
  }
  const order = orders[query.get('order') ?? 'market_cap_desc']
  if (!order) return jsonReply({ error: 'Invalid order' }, 400)
  const ranked = knownCoins(view, asOf.day).sort(orders['market_cap_desc'])
  const rankOf = new Map(ranked.map((coin, i) => [coin, i + 1]))
  const ids = query.get('ids')
  const wanted = ids === null ? null : new Set(ids.split(',').map((id) => id.trim()))
  const rows = ranked
    .filter(({ geckoId }) => wanted === null || wanted.has(geckoId))
    .sort(order)
    .slice((page - 1) * perPage, page * perPage)
    .map((coin) => marketRow(coin, rankOf.get(coin)!, asOf))
  return jsonReply(rows)
}

function marketChart({ view, asOf, params, query }: MarketRequest, plan: CoinGeckoPlan): Reply {
  const refusal = refuseCurrency(query)
  if (refusal) return refusal
  const coin = view.coins.get(params[0]!)
  if (!coin || !isTraded(coin, asOf.day)) return jsonReply({ error: 'coin not found' }, 404)
  const days = query.get('days') === 'max' ? Infinity : Number(query.get('days') ?? NaN)
  if (!(days > 0)) return jsonReply({ error: 'Missing or invalid parameter days' }, 400)
  if (plan === 'free' && days > 365) return pastAllowedRange
  const granularity = granularityOf(days, query.get('interval'))
  return jsonReply(chartPoints(coin, days, granularity, asOf))
}

const pastAllowedRange = jsonReply(
  {
    error: {
      status: {
        timestamp: '1970-01-01T00:00:00.000+00:00',
        error_code: 10012,
        error_message:
          'Your request exceeds the allowed time range. Public API users are limited to querying historical data within the past 365 days.',
      },
    },
  },
  401,
)

function refuseCurrency(query: URLSearchParams): Reply | null {
  const currency = query.get('vs_currency')
  if (currency === null) return jsonReply({ error: 'Missing parameter vs_currency' }, 400)
  return currency === 'usd' ? null : jsonReply({ error: 'invalid vs_currency' }, 400)
}

/** Coins that have traded by then: before its first price a coin does not exist. */
function knownCoins(view: MarketView, day: number): Coin[] {
  return [...view.coins.values()].filter((coin) => isTraded(coin, day))
}

function isTraded({ series }: Coin, day: number): boolean {
  return lastValueUpTo(series, 'priceUsd', day) !== null
}

function wholeNumber(text: string, low: number, high: number): number | null {
  const value = Number(text)
  return Number.isInteger(value) && value >= low && value <= high ? value : null
}
