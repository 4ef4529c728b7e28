import type { Random } from '../../../models/random.ts'
import { between, chance } from './noise.ts'

/** A TVL feed that was wrong for a few days: index of the first, and how many. */
export interface Glitch {
  readonly start: number
  readonly days: number
}

/** Per protocol and day: twice as often as incidents, as in recorded feeds. */
const glitchHazard = 0.0013
const freezeHazard = 0.006
const gapHazard = 0.003

/** Spoils TVL in place as feeds do: falls that are back within 3 days, rarely spikes, frozen values, lost days. */
export function spoilTvl(random: Random, tvlUsd: Float64Array): Glitch[] {
  const glitches: Glitch[] = []
  const days = tvlUsd.length
  for (let t = 1; t < days; t++) {
    if (Number.isNaN(tvlUsd[t]!)) continue
    if (chance(random, glitchHazard)) {
      const length = Math.min(1 + random.below(2), days - t)
      const factor = drawGlitchFactor(random)
      for (let k = 0; k < length; k++) tvlUsd[t + k]! *= factor
      glitches.push({ start: t, days: length })
      t += length + 3
    } else if (chance(random, freezeHazard)) {
      const length = Math.min(2 + random.below(4), days - t)
      for (let k = 0; k < length; k++) if (!Number.isNaN(tvlUsd[t + k]!)) tvlUsd[t + k] = tvlUsd[t - 1]!
      t += length
    } else if (chance(random, gapHazard)) tvlUsd[t] = NaN
  }
  return glitches
}

function drawGlitchFactor(random: Random): number {
  const draw = random.next()
  if (draw < 0.1) return 0
  if (draw < 0.85) return Math.exp(-between(random, 0.8, 3.5))
  return between(random, 2.5, 9)
}

/** Market caps as CoinGecko keeps them: 0 for a while after the listing, 0 or unknown on single days. */
export function spoilMarketCap(random: Random, marketCapUsd: Float64Array, hasSupply: boolean): void {
  const listed = marketCapUsd.findIndex((value) => !Number.isNaN(value))
  if (listed === -1) return
  const unverified = hasSupply ? (chance(random, 0.2) ? random.below(40) : 0) : marketCapUsd.length
  for (let t = listed; t < marketCapUsd.length; t++) {
    if (t < listed + unverified) marketCapUsd[t] = 0
    else if (chance(random, 0.01)) marketCapUsd[t] = chance(random, 0.5) ? 0 : NaN
  }
}
