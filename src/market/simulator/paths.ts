import type { Random } from '../../../models/random.ts'
import type { Fate, Impact } from './incidents.ts'
import type { MarketFactor } from './market-factor.ts'
import { between, createClusteredReturns, heavyTailed, wildTailed } from './noise.ts'
import type { Organisation, SimulatedProtocol } from './organisations.ts'

/** A token's days; NaN before it is listed. */
export interface TokenPath {
  readonly priceUsd: Float64Array
  readonly marketCapUsd: Float64Array
  readonly volumeUsd: Float64Array
  /** Daily log returns of the price, 0 before the listing: deposits in the own token move with it. */
  readonly returns: Float64Array
}

/**
 * Price = exp(Σ beta × market + own clustered noise + incidents). Bad quality shows as more own noise; volume
 * follows the market cap, the size of the move and the strain.
 */
export function drawToken(
  random: Random,
  organisation: Organisation,
  market: MarketFactor,
  impact: Pick<Impact, 'price' | 'volume'>,
  strain: Float64Array,
): TokenPath {
  const days = market.returns.length
  const { quality } = organisation
  const { listed, category } = organisation.protocols[0]!
  const path: TokenPath = {
    priceUsd: new Float64Array(days).fill(NaN),
    marketCapUsd: new Float64Array(days).fill(NaN),
    volumeUsd: new Float64Array(days).fill(NaN),
    returns: new Float64Array(days),
  }
  const beta = between(random, 0.7, 1.5)
  const own = createClusteredReturns(random, 0.079 * Math.exp(0.28 * random.normal() - 0.27 * quality))
  const turnover = category.turnover + 1.1 * random.normal()
  const inflation = between(random, 0, 0.0008)
  let logPrice = 0.8 + 2 * random.normal()
  let logSupply = Math.log(10) * (8.25 + 0.2 * quality + 0.65 * random.normal()) - logPrice
  let mood = random.normal()
  for (let t = listed; t < days; t++) {
    const change = beta * market.returns[t]! + Math.exp(0.18 * strain[t]!) * own.next() + impact.price[t]!
    logPrice += change
    logSupply += inflation
    mood = 0.9 * mood + 0.36 * own.heat * heavyTailed(random)
    const haste = 3.5 * Math.min(Math.abs(change), 0.5) + 0.15 * strain[t]! + impact.volume[t]!
    path.returns[t] = change
    path.priceUsd[t] = Math.exp(logPrice)
    path.marketCapUsd[t] = Math.exp(logPrice + logSupply)
    path.volumeUsd[t] = Math.exp(
      logPrice +
        logSupply +
        turnover +
        mood +
        haste +
        market.activity[t]! +
        clip(0.1 * own.heat * wildTailed(random), 3),
    )
  }
  return path
}

/**
 * TVL = exp(Σ growth + its share of token and market + flows + incidents), pulled gently to its own size. Strain
 * and bad quality show as outflows and rougher flows.
 * @param tokenReturns the organisation's, or zeros
 */
export function drawTvl(
  random: Random,
  protocol: SimulatedProtocol,
  market: MarketFactor,
  fate: Fate,
  tvlImpact: Float64Array,
  tokenReturns: Float64Array,
): Float64Array {
  const days = market.returns.length
  const tvlUsd = new Float64Array(days).fill(NaN)
  const { quality, listed } = protocol
  const size = Math.log(10) * (8.2 + 0.25 * quality + 0.85 * random.normal())
  const roughness = 0.014 * Math.exp(0.4 * random.normal() - 0.28 * quality)
  const ownToken = between(random, 0, 0.15)
  const marketShare = between(random, 0.2, 0.6)
  let heat = 1
  // A young protocol starts small and grows into its size; one that is older than the data is already there.
  let logTvl = size - (listed > 0 ? between(random, 1, 3) : 0.4 * random.normal())
  let lost = 0
  for (let t = listed; t < fate.end; t++) {
    const strain = fate.strain[t]!
    heat = Math.exp(0.9 * Math.log(heat) + 0.33 * random.normal())
    const flow = clip(roughness * heat * Math.exp(0.2 * strain) * wildTailed(random), 0.8)
    const exits = 0.005 * Math.max(0, strain)
    lost = 0.995 * lost + tvlImpact[t]!
    const pull = 0.012 * (size + lost - logTvl)
    logTvl +=
      flow - exits + pull + ownToken * tokenReturns[t]! + marketShare * market.returns[t]! + tvlImpact[t]!
    tvlUsd[t] = Math.exp(logTvl)
  }
  return tvlUsd
}

function clip(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value))
}
