import type { AsOf } from './as-of.ts'
import { isVisible, knownValues, type Listing } from './market-view.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'
import type { MarketRequest, Route } from './route.ts'

const secondsPerDay = 86_400

/**
 * Volumes and fees, as `api.llama.fi` answers. A dataset has one volume column, so a DEX's volume is that one;
 * fees are made up from it, or from TVL where there is no trade.
 */
export const volumeRoutes: readonly Route[] = [
  { pattern: /^\/overview\/dexs$/, answer: overviewDexs },
  { pattern: /^\/summary\/dexs\/([^/]+)$/, answer: summaryDexs },
  { pattern: /^\/summary\/fees\/([^/]+)$/, answer: summaryFees },
]

type Chart = (readonly [unixSeconds: number, usd: number])[]

function overviewDexs({ view, asOf, query }: MarketRequest): Reply {
  const dexs = view.listings.filter((listing) => isDex(listing) && isVisible(listing.series, asOf.day))
  const sums = new Map<number, number>()
  const breakdowns = new Map<number, Record<string, number>>()
  for (const { protocol, series } of dexs)
    for (const [day, value] of knownValues(series, 'volumeUsd', asOf.day)) {
      sums.set(day, (sums.get(day) ?? 0) + value)
      const breakdown = breakdowns.get(day) ?? {}
      breakdown[protocol.name] = value
      breakdowns.set(day, breakdown)
    }
  const chart = [...sums].sort(([a], [b]) => a - b)
  return jsonReply({
    ...(query.get('excludeTotalDataChart') === 'true'
      ? {}
      : { totalDataChart: chart.map(([day, usd]) => [day * secondsPerDay, usd]) }),
    ...(query.get('excludeTotalDataChartBreakdown') === 'true'
      ? {}
      : { totalDataChartBreakdown: chart.map(([day]) => [day * secondsPerDay, breakdowns.get(day)]) }),
    breakdown24h: null,
    breakdown30d: null,
    chain: null,
    allChains: [...new Set(dexs.flatMap(({ protocol }) => protocol.chains))],
    ...totals(chart, asOf),
    protocols: dexs.map((listing) => {
      const { name, slug, category, chains, parentProtocol } = listing.protocol
      return {
        ...totals([...knownValues(listing.series, 'volumeUsd', asOf.day)], asOf),
        defillamaId: listing.id,
        name,
        displayName: name,
        module: slug,
        category,
        chains,
        slug,
        protocolType: 'protocol',
        ...(parentProtocol === undefined ? {} : { parentProtocol }),
      }
    }),
  })
}

function summaryDexs({ view, asOf, params }: MarketRequest): Reply {
  const listing = view.bySlug.get(params[0]!)
  if (!listing || !isDex(listing) || !isVisible(listing.series, asOf.day))
    return textReply(400, `Dimension "dexs" is not available for ${params[0]!}`)
  return summary(listing, [...knownValues(listing.series, 'volumeUsd', asOf.day)], asOf)
}

/** 0.3 % of a DEX's volume; elsewhere 5 % of TVL a year. */
function summaryFees({ view, asOf, params }: MarketRequest): Reply {
  const listing = view.bySlug.get(params[0]!)
  if (!listing || !isVisible(listing.series, asOf.day))
    return textReply(400, `Dimension "fees" is not available for ${params[0]!}`)
  const [source, rate] = isDex(listing) ? (['volumeUsd', 0.003] as const) : (['tvlUsd', 0.05 / 365] as const)
  const days = [...knownValues(listing.series, source, asOf.day)]
  return summary(
    listing,
    days.map(([day, value]) => [day, rate * value]),
    asOf,
  )
}

function summary({ protocol, id }: Listing, days: Chart, asOf: AsOf): Reply {
  const { name, slug, symbol, category, chains, gecko_id, parentProtocol } = protocol
  return jsonReply({
    id,
    name,
    gecko_id: parentProtocol === undefined ? gecko_id : null,
    chains,
    symbol,
    defillamaId: id,
    displayName: name,
    module: slug,
    category,
    parentProtocol: parentProtocol ?? null,
    latestFetchIsOk: true,
    slug,
    protocolType: 'protocol',
    ...totals(days, asOf),
    totalDataChart: days.map(([day, usd]) => [day * secondsPerDay, usd]),
    totalDataChartBreakdown: days.map(([day, usd]) => [
      day * secondsPerDay,
      { [chains[0] ?? 'Unknown']: { [name]: usd } },
    ]),
  })
}

/** The sums that every volume body carries; null where the day has no value. */
function totals(days: Chart, asOf: AsOf): Record<string, number | null> {
  const sumOf = (from: number, to: number): number | null => {
    const inside = days.filter(([day]) => day > from && day <= to)
    return inside.length === 0 ? null : inside.reduce((sum, [, usd]) => sum + usd, 0)
  }
  const change = (now: number | null, before: number | null): number | null =>
    now === null || before === null || before === 0 ? null : Math.round((1e4 * (now - before)) / before) / 100
  const { day } = asOf
  const [today, yesterday] = [sumOf(day - 1, day), sumOf(day - 2, day - 1)]
  const [thisWeek, lastWeek] = [sumOf(day - 7, day), sumOf(day - 14, day - 7)]
  return {
    total24h: today,
    total48hto24h: yesterday,
    total7d: thisWeek,
    total30d: sumOf(day - 30, day),
    totalAllTime: sumOf(-Infinity, day),
    change_1d: change(today, yesterday),
    change_7d: change(thisWeek, lastWeek),
  }
}

function isDex({ protocol, series }: Listing): boolean {
  const isExchange = protocol.category === 'Dexs' || protocol.category === 'Dexes'
  return isExchange && series.volumeUsd.some((value) => !Number.isNaN(value))
}
