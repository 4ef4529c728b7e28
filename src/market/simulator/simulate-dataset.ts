import { createRandom, type Random } from '../../../models/random.ts'
import { dayNumber, isoDate } from '../../domain/calendar.ts'
import { InputError } from '../../errors.ts'
import { isCalendarDate } from '../calendar-date.ts'
import { spanOf, type DailyColumns, type Dataset } from '../dataset.ts'
import type { DatasetHack, DatasetProtocol, GroundTruth } from '../dataset-json.ts'
import { drawCustodians } from './custodians.ts'
import { spoilMarketCap, spoilTvl } from './feed.ts'
import { drawForeignHacks, drawHack } from './hacks.ts'
import { addImpact, drawFate, type Fate, type Impact } from './incidents.ts'
import { drawMarketFactor, type MarketFactor } from './market-factor.ts'
import { drawOrganisations, type Organisation, type SimulatedProtocol } from './organisations.ts'
import { drawToken, drawTvl, type TokenPath } from './paths.ts'

export interface SimulationOptions {
  /** How many DeFi protocols, 1 to 20,000; a few rows of category CEX and Chain come on top, as upstream. */
  readonly protocols: number
  /** Length of the history, 1 to 10,000. */
  readonly days: number
  readonly seed: number
  /** The last day, `YYYY-MM-DD`; 2025-12-31 when not given. */
  readonly endDate?: string
}

/** Everything that is drawn for one organisation, before it becomes rows. */
interface Market {
  readonly factor: MarketFactor
  readonly firstDay: number
}

/** Collects the rows of the dataset, protocol by protocol. */
interface Draft {
  readonly protocols: DatasetProtocol[]
  readonly series: DailyColumns[]
  readonly hacks: DatasetHack[]
  readonly truth: GroundTruth
}

/**
 * Draws a market that behaves like DeFi: see docs/simulator.md for the model and how near it comes to recorded
 * data. A pure function of its options.
 * @throws InputError when an option is out of its range.
 */
export function simulateDataset(options: SimulationOptions): Dataset {
  const { protocols: count, days, seed, endDate = '2025-12-31' } = options
  expectWhole('protocols', count, 1, 20_000)
  expectWhole('days', days, 1, 10_000)
  expectWhole('seed', seed, 0, 2 ** 32 - 1)
  if (!isCalendarDate(endDate))
    throw new InputError(`Expected endDate to be a date YYYY-MM-DD, got "${endDate}"`)

  const random = createRandom(seed)
  const market = { factor: drawMarketFactor(random.fork(1), days), firstDay: dayNumber(endDate) - days + 1 }
  const draft: Draft = {
    protocols: [],
    series: [],
    hacks: drawForeignHacks(random.fork(2), market.firstDay, days),
    truth: { seed, quality: {}, incidents: [], glitches: [] },
  }
  const organisations = drawOrganisations(random.fork(3), count, days)
  const lives = random.fork(4)
  organisations.forEach((organisation, i) => live(lives.fork(i), organisation, market, draft))
  for (const custodian of drawCustodians(random.fork(5), market.factor, count)) {
    draft.protocols.push(custodian.protocol)
    draft.series.push(toColumns(market.firstDay, custodian.tvlUsd, null))
  }
  draft.hacks.sort((a, b) => a.date - b.date)
  const { protocols, series, hacks, truth } = draft
  return { protocols, series, hacks, groundTruth: truth, ...spanOf(series) }
}

/** Draws the days of one organisation: fates first, then the token that they move, then the deposits. */
function live(random: Random, organisation: Organisation, market: Market, draft: Draft): void {
  const days = market.factor.returns.length
  const fates = organisation.protocols.map((protocol, i) => drawFate(random.fork(i), protocol, market.factor))
  const shared: Impact = {
    tvl: new Float64Array(days),
    price: new Float64Array(days),
    volume: new Float64Array(days),
  }
  const impacts = fates.map(({ incidents }): Impact => {
    const impact = { ...shared, tvl: new Float64Array(days) }
    for (const incident of incidents) addImpact(impact, incident)
    return impact
  })
  const token = organisation.hasToken
    ? drawToken(random.fork(100), organisation, market.factor, shared, fates[0]!.strain)
    : null
  const tokenReturns = token?.returns ?? new Float64Array(days)
  if (token) spoilMarketCap(random.fork(101), token.marketCapUsd, organisation.hasSupply)

  organisation.protocols.forEach((protocol, i) => {
    const own = random.fork(200 + i)
    const tvlUsd = drawTvl(own.fork(0), protocol, market.factor, fates[i]!, impacts[i]!.tvl, tokenReturns)
    record(own.fork(1), { organisation, protocol, fate: fates[i]!, token, tvlUsd }, market, draft)
  })
}

interface Life {
  readonly organisation: Organisation
  readonly protocol: SimulatedProtocol
  readonly fate: Fate
  readonly token: TokenPath | null
  readonly tvlUsd: Float64Array
}

/** Writes a protocol's life down: the truth first, then what the feed makes of it. */
function record(random: Random, life: Life, { firstDay, factor }: Market, draft: Draft): void {
  const { organisation, protocol, fate, token, tvlUsd } = life
  const id = 1000 + draft.protocols.length
  const parentProtocol = organisation.protocols.length > 1 ? `parent#${organisation.name.slug}` : null
  draft.protocols.push({
    slug: protocol.slug,
    name: protocol.title,
    symbol: organisation.hasToken ? organisation.name.symbol : '-',
    gecko_id: organisation.hasToken ? organisation.name.slug : null,
    category: protocol.category.name,
    chains: [...protocol.chains],
    id: String(id),
    ...(parentProtocol === null ? {} : { parentProtocol }),
    ...(fate.end < factor.returns.length ? { deadFrom: isoDate(firstDay + fate.end) } : {}),
  })
  draft.truth.quality[protocol.slug] = protocol.quality
  const victim = {
    name: protocol.title,
    chain: protocol.chains[0]!,
    category: protocol.category.name,
    defillamaId: id,
    parentProtocolId: parentProtocol,
  }
  for (const { kind, start, days, severity } of fate.incidents) {
    const day = firstDay + start
    draft.truth.incidents.push({
      slug: protocol.slug,
      kind,
      first_date: isoDate(day),
      last_date: isoDate(firstDay + Math.min(start + days, factor.returns.length) - 1),
      severity,
    })
    const hack = drawHack(random, victim, { kind, day, lostUsd: severity * tvlUsd[start - 1]! })
    if (hack) draft.hacks.push(hack)
  }
  if (!organisation.hasTvl) tvlUsd.fill(NaN)
  for (const { start, days } of spoilTvl(random, tvlUsd))
    draft.truth.glitches.push({ slug: protocol.slug, date: isoDate(firstDay + start), days })
  draft.series.push(toColumns(firstDay, tvlUsd, token))
}

/** Keeps the days on which anything is known. */
function toColumns(firstDay: number, tvlUsd: Float64Array, token: TokenPath | null): DailyColumns {
  const known: number[] = []
  for (let t = 0; t < tvlUsd.length; t++)
    if (!Number.isNaN(tvlUsd[t]!) || (token !== null && !Number.isNaN(token.priceUsd[t]!))) known.push(t)
  const column = (values: Float64Array | undefined): Float64Array =>
    Float64Array.from(known, (t) => (values === undefined ? NaN : values[t]!))
  return {
    day: Int32Array.from(known, (t) => firstDay + t),
    tvlUsd: column(tvlUsd),
    priceUsd: column(token?.priceUsd),
    marketCapUsd: column(token?.marketCapUsd),
    volumeUsd: column(token?.volumeUsd),
  }
}

function expectWhole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new InputError(`Expected ${name} to be a whole number from ${low} to ${high}, got ${value}`)
}
