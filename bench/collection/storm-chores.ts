import type { FetchContext, Fetched } from '../../src/sources/fetched.ts'
import { pagesOf, tokensPerPage } from '../../src/sources/plan.ts'
import type { Sources } from '../../src/sources/sources.ts'

/** One endpoint with one set of arguments. */
export interface Chore {
  readonly name: string
  readonly fetch: (context: FetchContext) => Promise<Fetched<object>>
}

/** The calls that keep a market of these protocols and tokens up to date. */
export function choresOf(
  { defillama, coingecko }: Sources,
  slugs: readonly string[],
  geckoIds: readonly string[],
): readonly Chore[] {
  return [
    { name: 'protocols', fetch: (context) => defillama.protocols(context) },
    { name: 'hacks', fetch: (context) => defillama.hacks(context) },
    ...slugs.map((slug) => ({
      name: `protocol ${slug}`,
      fetch: (context: FetchContext) => defillama.protocol(slug, context),
    })),
    ...pagesOf(geckoIds, tokensPerPage).map((page, i) => ({
      name: `markets ${i}`,
      fetch: (context: FetchContext) => coingecko.markets(page, context),
    })),
    ...geckoIds.map((id) => ({
      name: `market_chart ${id}`,
      fetch: (context: FetchContext) => coingecko.marketChart(id, 365, context),
    })),
  ]
}

/** Plain fields by name; a catalogue row's protocol is taken apart. */
type Facts = Readonly<Record<string, unknown>>

/** What is drawn from several numbers at once may change when one of them is gone. */
const derived: ReadonlySet<string> = new Set(['id', 'mainChain', 'chains', 'geckoId'])

export function factsOf(row: object): Facts {
  if (!('protocol' in row)) return row as Facts
  const { protocol, ...rest } = row
  return { ...(protocol as object), slug: (protocol as { id: string }).id, ...rest }
}

/** What names a row among those of its chore. */
export function keyOf(row: object): string {
  const { slug, date, name, technique, geckoId } = factsOf(row)
  return JSON.stringify(slug ?? (date === undefined ? geckoId : [date, name, technique]))
}

/**
 * Whether a row says nothing that the sound one does not: each value is the same or unknown. The value of a running day
 * may be another moment's.
 */
export function isSound(row: object, sound: object | undefined): boolean {
  if (sound === undefined) return false
  const facts = factsOf(row)
  if (facts['partial'] === true) return true
  const expected = factsOf(sound)
  return Object.entries(facts).every(
    ([name, value]) =>
      value === null || derived.has(name) || JSON.stringify(value) === JSON.stringify(expected[name]),
  )
}
