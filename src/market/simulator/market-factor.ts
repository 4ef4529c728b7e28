import type { Random } from '../../../models/random.ts'
import { chance, createClusteredReturns, pick } from './noise.ts'

/** What all protocols share: one entry per day. */
export interface MarketFactor {
  /** Daily log return of the market. */
  readonly returns: Float64Array
  /** How hard the day presses on weak protocols: 0 in calm markets, up to 1 in a crisis. */
  readonly pressure: Float64Array
  /** How much everybody trades: an addition to ln volume, of mean 0. */
  readonly activity: Float64Array
}

interface Regime {
  readonly name: 'bull' | 'calm' | 'bear' | 'crisis'
  /** Mean daily log return. */
  readonly drift: number
  /** Factor on the market's volatility. */
  readonly heat: number
  readonly pressure: number
  readonly meanDays: number
}

const regimes: readonly Regime[] = [
  { name: 'bull', drift: 0.005, heat: 0.9, pressure: 0, meanDays: 60 },
  { name: 'calm', drift: 0.0005, heat: 0.7, pressure: 0.1, meanDays: 70 },
  { name: 'bear', drift: -0.004, heat: 1.1, pressure: 0.5, meanDays: 45 },
  { name: 'crisis', drift: -0.02, heat: 2, pressure: 1, meanDays: 9 },
]
/** How likely each regime is to come next; a crisis mostly grows out of a bear market. */
const successors: Readonly<Record<Regime['name'], Readonly<Record<Regime['name'], number>>>> = {
  bull: { bull: 0, calm: 0.55, bear: 0.35, crisis: 0.1 },
  calm: { bull: 0.5, calm: 0, bear: 0.4, crisis: 0.1 },
  bear: { bull: 0.2, calm: 0.4, bear: 0, crisis: 0.4 },
  crisis: { bull: 0.1, calm: 0.3, bear: 0.6, crisis: 0 },
}
const marketDeviation = 0.063

export function drawMarketFactor(random: Random, days: number): MarketFactor {
  const returns = new Float64Array(days)
  const pressure = new Float64Array(days)
  const activity = new Float64Array(days)
  const shocks = createClusteredReturns(random, marketDeviation)
  let regime = pick(random, regimes, ({ meanDays }) => meanDays)
  for (let t = 0; t < days; t++) {
    if (chance(random, 1 / regime.meanDays)) {
      const next = successors[regime.name]
      regime = pick(random, regimes, ({ name }) => next[name])
    }
    returns[t] = regime.drift + regime.heat * shocks.next()
    pressure[t] = regime.pressure
    activity[t] = 0.85 * (activity[t - 1] ?? 0) + 0.13 * random.normal()
  }
  return { returns, pressure, activity }
}
