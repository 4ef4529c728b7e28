import type { Random } from '../../../models/random.ts'
import { categories, chains, type Category } from './categories.ts'
import { drawNames, type Name } from './names.ts'
import { between, chance, pick } from './noise.ts'

/** What deposits sit in; a family of protocols shares its organisation's token. */
export interface SimulatedProtocol {
  readonly slug: string
  readonly title: string
  readonly category: Category
  readonly chains: readonly string[]
  /** Hidden: standard normal, higher is safer. Everything that a model may learn hangs on it, with noise. */
  readonly quality: number
  /** Index of the first day with data. */
  readonly listed: number
}

/** A team with one token, or none, and one or several protocols. */
export interface Organisation {
  readonly name: Name
  readonly hasToken: boolean
  /** Few tokens have a token feed but no TVL feed. */
  readonly hasTvl: boolean
  /** CoinGecko does not know the circulating supply: market cap 0. */
  readonly hasSupply: boolean
  readonly quality: number
  readonly protocols: readonly SimulatedProtocol[]
}

const shareOfFamilies = 0.1
const shareWithoutToken = 0.2
const shareWithoutTvl = 0.04
const shareWithoutSupply = 0.05
const shareListedLate = 0.3

/** Exactly `count` protocols, in organisations of one to three. */
export function drawOrganisations(random: Random, count: number, days: number): Organisation[] {
  const names = drawNames(random.fork(0), count)
  const organisations: Organisation[] = []
  for (let left = count, i = 0; left > 0; i++) {
    const organisation = drawOrganisation(random.fork(i + 1), names[i]!, left, days)
    organisations.push(organisation)
    left -= organisation.protocols.length
  }
  return organisations
}

function drawOrganisation(random: Random, name: Name, room: number, days: number): Organisation {
  const isFamily = room >= 2 && chance(random, shareOfFamilies)
  const size = isFamily ? Math.min(room, 2 + random.below(2)) : 1
  const quality = random.normal()
  const hasToken = !chance(random, shareWithoutToken + (isFamily ? -0.1 : 0))
  const category = pick(random, categories, ({ weight }) => weight)
  const listed = chance(random, shareListedLate) ? Math.floor(between(random, 0, 0.75) * days) : 0
  const protocols = Array.from({ length: size }, (_, version): SimulatedProtocol => ({
    slug: isFamily ? `${name.slug}-v${version + 1}` : name.slug,
    title: isFamily ? `${name.title} V${version + 1}` : name.title,
    category,
    chains: drawChains(random),
    // Versions of one team resemble each other, and are not the same code.
    quality: isFamily ? Math.SQRT1_2 * (quality + random.normal()) : quality,
    listed,
  }))
  return {
    name,
    hasToken,
    hasTvl: !hasToken || isFamily || !chance(random, shareWithoutTvl),
    hasSupply: !chance(random, shareWithoutSupply),
    quality,
    protocols,
  }
}

/** One to six distinct chains, the biggest first drawn. */
function drawChains(random: Random): string[] {
  const wanted = 1 + Math.floor(6 * random.next() ** 3)
  const drawn = new Set<string>()
  while (drawn.size < wanted) drawn.add(pick(random, chains, ({ weight }) => weight).name)
  return [...drawn]
}
