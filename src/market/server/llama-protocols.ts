import { dayNumber } from '../../domain/calendar.ts'
import type { AsOf } from './as-of.ts'
import { chainShares, splitByChain } from './llama-sections.ts'
import {
  isVisible,
  knownValues,
  lastValueUpTo,
  valueOn,
  visibleRows,
  type Listing,
  type MarketView,
  type Parent,
} from './market-view.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'
import type { MarketRequest, Route } from './route.ts'

const secondsPerDay = 86_400

/** The catalogue, the history of TVL and the hacks, as `api.llama.fi` answers. */
export const protocolRoutes: readonly Route[] = [
  { pattern: /^\/protocols$/, answer: listProtocols },
  { pattern: /^\/protocol\/([^/]+)$/, answer: describeProtocol },
  { pattern: /^\/tvl\/([^/]+)$/, answer: currentTvl },
  { pattern: /^\/hacks$/, answer: listHacks },
]

const unknownProtocol = textReply(400, 'Protocol not found')

function listProtocols({ view, asOf }: MarketRequest): Reply {
  const rows = view.listings
    .filter(({ series }) => isVisible(series, asOf.day))
    .map((listing) => protocolRow(listing, asOf))
  return jsonReply(rows.sort((a, b) => (b.tvl ?? -1) - (a.tvl ?? -1)))
}

function describeProtocol({ view, asOf, params }: MarketRequest): Reply {
  const slug = params[0]!
  const listing = view.bySlug.get(slug)
  if (listing && isVisible(listing.series, asOf.day)) return jsonReply(protocolBody(listing, view, asOf))
  const parent = view.parentsBySlug.get(slug)
  if (parent?.children.some(({ series }) => isVisible(series, asOf.day)))
    return jsonReply(parentBody(parent, asOf))
  return unknownProtocol
}

function currentTvl({ view, asOf, params }: MarketRequest): Reply {
  const listing = view.bySlug.get(params[0]!)
  if (!listing || !isVisible(listing.series, asOf.day)) return unknownProtocol
  return jsonReply(lastValueUpTo(listing.series, 'tvlUsd', asOf.day) ?? 0)
}

function listHacks({ view, asOf }: MarketRequest): Reply {
  return jsonReply(view.hacks.filter(({ date }) => date * 1000 <= asOf.instantMs))
}

/** A row of `/protocols`; `tvl` is null on a day without a value. */
function protocolRow(listing: Listing, asOf: AsOf): Record<string, unknown> & { tvl: number | null } {
  const { series } = listing
  const tvl = valueOn(series, 'tvlUsd', asOf.day)
  const change = (days: number): number | null => {
    const before = valueOn(series, 'tvlUsd', asOf.day - days)
    return tvl === null || before === null || before === 0 ? null : (100 * (tvl - before)) / before
  }
  return {
    ...metadata(listing, asOf),
    tvl,
    chainTvls: splitByChain(listing, tvl),
    change_1h: tvl === null ? null : 0,
    change_1d: change(1),
    change_7d: change(7),
    tokenBreakdowns: {},
  }
}

/** As long as upstream's texts, so that a catalogue has upstream's size: 11 MB for 6,500 protocols. */
const blurb = 'deposits are counted at the end of each day and priced in dollars; '.repeat(6).trim()

/** What `/protocols` and `/protocol/{slug}` share. A child's token is its parent's, so it has none itself. */
function metadata(listing: Listing, asOf: AsOf): Record<string, unknown> {
  const { protocol, id, series } = listing
  const { slug, name, symbol, category, chains, gecko_id, parentProtocol, deadFrom } = protocol
  const isChild = parentProtocol !== undefined
  return {
    id,
    name,
    address: null,
    symbol,
    url: `https://${slug}.example`,
    description: `${name}: ${blurb}`,
    chain: chains.length === 1 ? chains[0]! : 'Multi-Chain',
    logo: `https://icons.llama.fi/${slug}.png`,
    audits: String(slug.length % 4),
    audit_note: null,
    gecko_id: isChild ? null : gecko_id,
    cmcId: null,
    category,
    chains,
    oracles: [],
    forkedFrom: [],
    module: `${slug}/index.js`,
    twitter: slug,
    listedAt: series.day[0]! * secondsPerDay,
    methodology: blurb,
    audit_links: [],
    language: 'Solidity',
    slug,
    mcap: isChild ? null : valueOn(series, 'marketCapUsd', asOf.day),
    ...(isChild ? { parentProtocol } : {}),
    ...(deadFrom !== undefined && dayNumber(deadFrom) <= asOf.day ? { deadFrom } : {}),
  }
}

function protocolBody(listing: Listing, view: MarketView, asOf: AsOf): Record<string, unknown> {
  const history = tvlHistory(listing, asOf)
  const hallmarks = view.hacks
    .filter(({ defillamaId, date }) => String(defillamaId) === listing.id && date * 1000 <= asOf.instantMs)
    .map(({ date, technique }) => [date, technique ?? 'Hack'])
  const siblings = view.parents.get(listing.protocol.parentProtocol ?? '')?.children ?? []
  return {
    ...metadata(listing, asOf),
    ...(hallmarks.length > 0 ? { hallmarks } : {}),
    ...(siblings.length > 0 ? { otherProtocols: siblings.map(({ protocol }) => protocol.name) } : {}),
    currentChainTvls: splitByChain(listing, lastValueUpTo(listing.series, 'tvlUsd', asOf.day)),
    chainTvls: Object.fromEntries(
      [...chainShares(listing)].map(([key, share]) => [
        key,
        {
          tvl: history.map(({ date, totalLiquidityUSD }) => ({
            date,
            totalLiquidityUSD: totalLiquidityUSD * share,
          })),
          tokensInUsd: [],
          tokens: [],
        },
      ]),
    ),
    tvl: history,
    tokensInUsd: [],
    tokens: [],
    raises: [],
    metrics: {},
  }
}

interface TvlPoint {
  /** Unix seconds. */
  readonly date: number
  readonly totalLiquidityUSD: number
}

/** Daily points at 00:00 UTC, and where the day in progress has a value, the "now" point: that day comes twice. */
function tvlHistory({ series }: Listing, asOf: AsOf): TvlPoint[] {
  const points: TvlPoint[] = []
  for (const [day, value] of knownValues(series, 'tvlUsd', asOf.day))
    points.push({ date: day * secondsPerDay, totalLiquidityUSD: value })
  return withNowPoint(points, asOf)
}

function withNowPoint(points: TvlPoint[], asOf: AsOf): TvlPoint[] {
  const last = points[points.length - 1]
  if (last?.date === asOf.day * secondsPerDay)
    points.push({ date: asOf.instantMs / 1000, totalLiquidityUSD: last.totalLiquidityUSD })
  return points
}

/** A parent's page: the children's TVL together, and the token. */
function parentBody(parent: Parent, asOf: AsOf): Record<string, unknown> {
  const sums = new Map<number, number>()
  for (const { series } of parent.children)
    for (const [day, value] of knownValues(series, 'tvlUsd', asOf.day))
      sums.set(day, (sums.get(day) ?? 0) + value)
  const points = [...sums]
    .sort(([a], [b]) => a - b)
    .map(([day, totalLiquidityUSD]) => ({ date: day * secondsPerDay, totalLiquidityUSD }))
  const eldest = parent.children.reduce((a, b) =>
    visibleRows(b.series, asOf.day) > visibleRows(a.series, asOf.day) ? b : a,
  )
  const { category, symbol } = eldest.protocol
  return {
    id: parent.id,
    name: parent.slug,
    symbol,
    gecko_id: parent.geckoId,
    cmcId: null,
    category,
    chains: [...new Set(parent.children.flatMap(({ protocol }) => protocol.chains))],
    isParentProtocol: true,
    otherProtocols: parent.children.map(({ protocol }) => protocol.name),
    mcap: parent.geckoId === null ? null : valueOn(eldest.series, 'marketCapUsd', asOf.day),
    currentChainTvls: {},
    chainTvls: {},
    tvl: withNowPoint(points, asOf),
    tokensInUsd: [],
    tokens: [],
  }
}
