import type { DailyColumns, Dataset } from '../dataset.ts'
import type { DatasetHack, DatasetProtocol } from '../dataset-json.ts'

/** A protocol as the API knows it. */
export interface Listing {
  readonly protocol: DatasetProtocol
  /** DeFiLlama's numeric id; counted up where the dataset has none. */
  readonly id: string
  readonly series: DailyColumns
}

/** A family of protocols: the token sits here and not on the children. */
export interface Parent {
  /** `parent#aave` */
  readonly id: string
  readonly slug: string
  readonly geckoId: string | null
  readonly children: readonly Listing[]
}

/** A token; several protocols of a family share one. */
export interface Coin {
  readonly geckoId: string
  readonly symbol: string
  readonly name: string
  readonly series: DailyColumns
}

/** A dataset, found by the names that the two APIs use. */
export interface MarketView {
  readonly listings: readonly Listing[]
  readonly bySlug: ReadonlyMap<string, Listing>
  /** By `parentProtocol`. */
  readonly parents: ReadonlyMap<string, Parent>
  readonly parentsBySlug: ReadonlyMap<string, Parent>
  readonly coins: ReadonlyMap<string, Coin>
  readonly hacks: readonly DatasetHack[]
}

export function createMarketView(dataset: Dataset): MarketView {
  const listings = dataset.protocols.map((protocol, i): Listing => ({
    protocol,
    id: protocol.id ?? String(i + 1),
    series: dataset.series[i]!,
  }))
  const parents = gatherParents(listings)
  return {
    listings,
    bySlug: new Map(listings.map((listing) => [listing.protocol.slug, listing])),
    parents,
    parentsBySlug: new Map([...parents.values()].map((parent) => [parent.slug, parent])),
    coins: gatherCoins(listings),
    hacks: dataset.hacks,
  }
}

function gatherParents(listings: readonly Listing[]): Map<string, Parent> {
  const families = new Map<string, Listing[]>()
  for (const listing of listings) {
    const { parentProtocol } = listing.protocol
    if (parentProtocol === undefined) continue
    const family = families.get(parentProtocol)
    if (family) family.push(listing)
    else families.set(parentProtocol, [listing])
  }
  return new Map(
    [...families].map(([id, children]) => [
      id,
      {
        id,
        slug: id.replace(/^parent#/, ''),
        geckoId: children.find(({ protocol }) => protocol.gecko_id !== null)?.protocol.gecko_id ?? null,
        children,
      },
    ]),
  )
}

/** Where several protocols name one token, the one with the longest price history speaks for it. */
function gatherCoins(listings: readonly Listing[]): Map<string, Coin> {
  const coins = new Map<string, Coin & { readonly prices: number }>()
  for (const { protocol, series } of listings) {
    const { gecko_id: geckoId, symbol, name } = protocol
    if (geckoId === null) continue
    const prices = series.priceUsd.reduce((count, price) => (Number.isNaN(price) ? count : count + 1), 0)
    const known = coins.get(geckoId)
    if (known === undefined || known.prices < prices)
      coins.set(geckoId, { geckoId, symbol: symbol.toLowerCase(), name, series, prices })
  }
  return coins
}

/** How many rows are on or before `day`. */
export function visibleRows({ day: days }: DailyColumns, day: number): number {
  let low = 0
  let high = days.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (days[middle]! <= day) low = middle + 1
    else high = middle
  }
  return low
}

export type ValueName = Exclude<keyof DailyColumns, 'day'>

/** The value of exactly that day, null where the dataset has none. */
export function valueOn(series: DailyColumns, name: ValueName, day: number): number | null {
  const row = visibleRows(series, day) - 1
  if (row < 0 || series.day[row] !== day) return null
  const value = series[name][row]!
  return Number.isNaN(value) ? null : value
}

/** The last known value up to and including that day. */
export function lastValueUpTo(series: DailyColumns, name: ValueName, day: number): number | null {
  for (let row = visibleRows(series, day) - 1; row >= 0; row--) {
    const value = series[name][row]!
    if (!Number.isNaN(value)) return value
  }
  return null
}

/** `[day, value]` of every known value up to and including that day. */
export function* knownValues(
  series: DailyColumns,
  name: ValueName,
  upTo: number,
): Generator<readonly [day: number, value: number]> {
  const rows = visibleRows(series, upTo)
  for (let row = 0; row < rows; row++) {
    const value = series[name][row]!
    if (!Number.isNaN(value)) yield [series.day[row]!, value]
  }
}

/** Listed once its first row is visible. */
export function isVisible(series: DailyColumns, day: number): boolean {
  return series.day.length > 0 && series.day[0]! <= day
}
