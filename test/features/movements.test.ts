import { describe, expect, it } from 'vitest'
import { createRandom } from '../../models/random.ts'
import { marketTracks } from '../../src/features/market-tracks.ts'
import {
  evidenceOf,
  movementKinds,
  movementParts,
  type Movements,
  volumeStrengthOf,
} from '../../src/features/movement-kinds.ts'
import { movementHistory } from '../../src/features/movements.ts'
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

type KindName = (typeof movementKinds)[number]['name']
const kindOf = (name: KindName): number => movementKinds.findIndex((kind) => kind.name === name)
const evidence = (movements: Movements, name: KindName): number => evidenceOf(movements, kindOf(name))
const partOf = (name: KindName, measure: string): number =>
  movementParts.findIndex((part) => part.kind === kindOf(name) && part.measure === measure)

/** `age` 0 is today. */
const changed = (
  series: DailySeries,
  factor: (age: number) => number,
  measure: 'tvlUsd' | 'priceUsd' | 'volumeUsd' = 'tvlUsd',
): DailySeries => ({ ...series, [measure]: series[measure].map((value, i) => value * factor(days - 1 - i)) })

/** A million to one. */
const strong = Math.log(1e6)

describe('movements', () => {
  const all = followers(30)
  const first = all[0]!
  const after = (...changes: Parameters<typeof changed> extends [unknown, ...infer Rest] ? Rest[] : never) =>
    newestOf(
      changes.reduce((series, change) => changed(series, ...change), first),
      all,
    )

  it('find little evidence on an ordinary day', () => {
    for (const series of all)
      for (const { name } of movementKinds)
        expect(evidence(newestOf(series, all), name)).toBeLessThan(Math.log(1000))
  })

  it('find a sudden fall on its day, and as long as it holds for the three days after', () => {
    for (const since of [0, 1, 2, 3]) {
      const drained = after([(age) => (age <= since ? 0.6 : 1)])
      expect(evidence(drained, 'sudden-fall')).toBeGreaterThan(5)
      expect(drained.spanDays[kindOf('sudden-fall')]).toBe(since + 1)
      expect(drained.value[partOf('sudden-fall', 'tvl')]).toBeCloseTo(Math.log(0.6), 1)
    }
    expect(evidence(after([(age) => (age <= 5 ? 0.6 : 1)]), 'sudden-fall')).toBeLessThan(0)
  })

  it('count the answers of price and volume to a sudden fall', () => {
    const alone = after([(age) => (age === 0 ? 0.7 : 1)])
    const answered = after(
      [(age) => (age === 0 ? 0.7 : 1)],
      [(age) => (age === 0 ? 0.8 : 1), 'priceUsd'],
      [(age) => (age === 0 ? 8 : 1), 'volumeUsd'],
    )
    expect(evidence(answered, 'sudden-fall')).toBeGreaterThan(evidence(alone, 'sudden-fall') + 4)
  })

  it('see a token fall alone, with less evidence than if TVL fell with it', () => {
    const token = after([(age) => (age === 0 ? 0.2 : 1), 'priceUsd'])
    expect(evidence(token, 'sudden-fall')).toBeGreaterThan(3)
    expect(token.evidence[partOf('sudden-fall', 'tvl')]).toBeCloseTo(-Math.log(20), 9)
  })

  it('add up a run of days, and a bleed of weeks', () => {
    const run = after([(age) => Math.exp(0.08 * Math.min(age, 5) - 0.4)])
    expect(evidence(run, 'run')).toBeGreaterThan(strong)
    expect(run.spanDays[kindOf('run')]).toBe(5)
    const bleeding = after([(age) => Math.exp(0.025 * Math.min(age, 21) - 0.525)])
    expect(evidence(bleeding, 'bleed')).toBeGreaterThan(strong)
    expect(evidence(bleeding, 'bleed')).toBeGreaterThan(evidence(bleeding, 'run'))
    expect(bleeding.value[partOf('bleed', 'tvl')]).toBeLessThan(-0.4)
  })

  it('do not blame one protocol for a fall of the whole market', () => {
    const crashed = followers(30, -0.4)
    for (const series of crashed)
      for (const { name } of movementKinds)
        expect(evidence(newestOf(series, crashed), name)).toBeLessThan(Math.log(1000))
  })

  it('take a glitch that came back for nothing', () => {
    const spoilt = after([(age) => (age === 2 ? 0.1 : 1)])
    for (const { name } of movementKinds) expect(evidence(spoilt, name)).toBeLessThan(2)
  })

  it('see a surge of volume on its second day, when a single busy day is none', () => {
    const busy = (since: number) => after([(age) => (age <= since ? 20 : 1), 'volumeUsd'])
    expect(evidence(busy(0), 'volume-surge')).toBeLessThan(1)
    expect(evidence(busy(1), 'volume-surge')).toBeGreaterThan(4)
    expect(volumeStrengthOf(busy(0))).toBeGreaterThan(5)
    expect(volumeStrengthOf(undefined)).toBeNaN()
  })

  it('never look past their day', () => {
    const later = all.map((series) => changed(series, (age) => (age < 5 ? 3 : 1)))
    expect(newestOf(later[0]!, later, today - 5)).toEqual(newestOf(first, all, today - 5))
  })

  it('are unknown where nothing is known, and defined for one protocol, frozen or young ones', () => {
    const empty = { ...first, tvlUsd: first.tvlUsd.map(() => NaN), volumeUsd: first.volumeUsd.map(() => 0) }
    const movements = newestOf(empty, all)
    expect(evidence(movements, 'run')).toBeNaN()
    expect(evidence(movements, 'volume-surge')).toBeNaN()
    expect(evidence(movements, 'sudden-fall')).not.toBeNaN()
    const frozen = { ...first, tvlUsd: first.tvlUsd.map(() => 5e6) }
    for (const series of [frozen, changed(first, (age) => (age > 6 ? NaN : 1))]) {
      const { evidence: nats, usual } = newestOf(series, [series])
      expect([...nats, ...usual].every(Number.isFinite)).toBe(true)
    }
  })
})
