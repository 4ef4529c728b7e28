import { createRandom, type Random } from '../../../models/random.ts'
import { dayNumber } from '../../domain/calendar.ts'
import { InputError } from '../../errors.ts'
import { isCalendarDate } from '../calendar-date.ts'
import type { Dataset } from '../dataset.ts'
import { createChronicle, type Life } from './chronicle.ts'
import { drawCustodians } from './custodians.ts'
import { spoilMarketCap } from './feed.ts'
import { addImpact, drawFate } from './incidents.ts'
import { drawMarketFactor, type MarketFactor } from './market-factor.ts'
import { drawOrganisations, type Organisation } from './organisations.ts'
import { drawToken, drawTvl } from './paths.ts'

export interface SimulationOptions {
  /** How many DeFi protocols, 1 to 20,000; a few rows of category CEX and Chain come on top, as upstream. */
  readonly protocols: number
  /** Length of the history, 1 to 10,000. */
  readonly days: number
  readonly seed: number
  /** The last day, `YYYY-MM-DD`; 2025-12-31 when not given. */
  readonly endDate?: string
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
  const market = drawMarketFactor(random.fork(1), days)
  const chronicle = createChronicle(seed, dayNumber(endDate) - days + 1, days)
  chronicle.addForeignHacks(random.fork(2))
  const lives = random.fork(4)
  drawOrganisations(random.fork(3), count, days).forEach((organisation, i) => {
    for (const life of drawLives(lives.fork(i), organisation, market)) chronicle.addLife(life)
  })
  for (const custodian of drawCustodians(random.fork(5), market, count)) chronicle.addCustodian(custodian)
  return chronicle.toDataset()
}

/** Draws the days of one organisation: fates first, then the token that they move, then the deposits. */
function drawLives(random: Random, organisation: Organisation, market: MarketFactor): Life[] {
  const days = market.returns.length
  const fates = organisation.protocols.map((protocol, i) => drawFate(random.fork(i), protocol, market))
  const shared = { price: new Float64Array(days), volume: new Float64Array(days) }
  const tvlImpacts = fates.map(({ incidents }) => {
    const tvl = new Float64Array(days)
    for (const incident of incidents) addImpact({ ...shared, tvl }, incident)
    return tvl
  })
  const token = organisation.hasToken
    ? drawToken(random.fork(100), organisation, market, shared, fates[0]!.strain)
    : null
  const tokenReturns = token?.returns ?? new Float64Array(days)
  if (token) spoilMarketCap(random.fork(101), token.marketCapUsd, organisation.hasSupply)

  return organisation.protocols.map((protocol, i) => {
    const own = random.fork(200 + i)
    const tvlUsd = drawTvl(own.fork(0), protocol, market, fates[i]!, tvlImpacts[i]!, tokenReturns)
    return { organisation, protocol, fate: fates[i]!, token, tvlUsd, report: own.fork(1) }
  })
}

function expectWhole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new InputError(`Expected ${name} to be a whole number from ${low} to ${high}, got ${value}`)
}
