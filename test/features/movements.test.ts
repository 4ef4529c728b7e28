import { describe, expect, it } from 'vitest'
import { createRandom } from '../../models/random.ts'
import {
  marketTracks,
  movementHistory,
  movementKinds,
  type Movements,
  volumeStrengthOf,
} from '../../src/features/movements.ts'
import type { DailySeries } from '../../src/features/series.ts'

const firstDay = 19_000
const days = 140
const today = firstDay + days - 1

/** Protocols that follow one market, each with some noise of its own. */
function followers(count: number, marketFall = 0): DailySeries[] {
  const random = createRandom(3)
  const market = Float64Array.from({ length: days }, () => 0.03 * random.normal())
  market[days - 1]! += marketFall
  const walk = (start: number, beta: number, noise: number): Float64Array => {
    let level = Math.log(start)
    return market.map((step) => Math.exp((level += beta * step + noise * random.normal())))
  }
  return Array.from({ length: count }, (_, p) => {
    const priceUsd = walk(10, 1, 0.02)
    return {
      protocolId: `p${p}`,
      firstDay,
      tvlUsd: walk(1e8, 0.5, 0.01),
      priceUsd,
      marketCapUsd: priceUsd.map((price) => 1e6 * price),
      volumeUsd: priceUsd.map(() => Math.exp(14 + 0.3 * random.normal())),
    }
  })
}

const newestOf = (series: DailySeries, all: readonly DailySeries[], upToDay = today): Movements =>
  movementHistory(series, marketTracks(all, firstDay, upToDay, upToDay), [upToDay])[0]!

function strength(movements: Movements, measure: string, spanDays: number): number {
  return movements.strength[
    movementKinds.findIndex((kind) => kind.measure === measure && kind.spanDays === spanDays)
  ]!
}

const changed = (series: DailySeries, factor: (age: number) => number): DailySeries => ({
  ...series,
  tvlUsd: series.tvlUsd.map((tvl, i) => tvl * factor(days - 1 - i)),
})

describe('movements', () => {
  const all = followers(30)
  const [first] = all

  it('are a few usual movements on an ordinary day', () => {
    for (const series of all)
      for (const one of newestOf(series, all).strength) expect(Math.abs(one)).toBeLessThan(6)
  })

  it('show a fall of one protocol in its own usual movements, sudden or slow', () => {
    const drained = newestOf(
      changed(first!, (age) => (age === 0 ? 0.6 : 1)),
      all,
    )
    expect(strength(drained, 'tvl', 1)).toBeLessThan(-20)
    const bleeding = newestOf(
      changed(first!, (age) => Math.exp(0.02 * Math.min(age, 14) - 0.28)),
      all,
    )
    expect(strength(bleeding, 'tvl', 14)).toBeLessThan(-5)
    expect(strength(bleeding, 'tvl', 14)).toBeLessThan(strength(bleeding, 'tvl', 1))
  })

  it('say the movement itself as strength times usual movement', () => {
    const { strength: strengths, usual } = newestOf(
      changed(first!, (age) => (age === 0 ? 0.6 : 1)),
      all,
    )
    expect(strengths[0]! * usual[0]!).toBeCloseTo(Math.log(0.6), 1)
  })

  it('do not blame one protocol for a fall of the whole market', () => {
    const crashed = followers(30, -0.4)
    for (const series of crashed) {
      const movements = newestOf(series, crashed)
      expect(Math.abs(strength(movements, 'tvl', 1))).toBeLessThan(8)
      expect(Math.abs(strength(movements, 'price', 1))).toBeLessThan(8)
    }
  })

  it('take a glitch that came back for no drift', () => {
    const spoilt = newestOf(
      changed(first!, (age) => (age === 2 ? 0.1 : 1)),
      all,
    )
    expect(Math.abs(strength(spoilt, 'tvl', 7))).toBeLessThan(4)
  })

  it('see a rise of volume', () => {
    const busy = { ...first!, volumeUsd: first!.volumeUsd.map((usd, i) => (i === days - 1 ? 20 * usd : usd)) }
    expect(volumeStrengthOf(newestOf(busy, all))).toBeGreaterThan(5)
    expect(volumeStrengthOf(undefined)).toBeNaN()
  })

  it('never look past their day', () => {
    const later = all.map((series) => changed(series, (age) => (age < 5 ? 3 : 1)))
    expect(newestOf(later[0]!, later, today - 5)).toEqual(newestOf(first!, all, today - 5))
  })

  it('are unknown where nothing is known, and defined for one protocol, frozen or young ones', () => {
    const empty = {
      ...first!,
      tvlUsd: first!.tvlUsd.map(() => NaN),
      volumeUsd: first!.volumeUsd.map(() => 0),
    }
    const movements = newestOf(empty, all)
    expect(strength(movements, 'tvl', 7)).toBeNaN()
    expect(strength(movements, 'volume', 1)).toBeNaN()
    expect(strength(movements, 'price', 3)).not.toBeNaN()
    const frozen = { ...first!, tvlUsd: first!.tvlUsd.map(() => 5e6) }
    for (const series of [frozen, changed(first!, (age) => (age > 6 ? NaN : 1))])
      for (const usual of newestOf(series, [series]).usual) expect(usual).toBeGreaterThan(0)
  })
})
