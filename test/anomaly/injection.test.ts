import { describe, expect, it } from 'vitest'
import { createRandom } from '../../models/random.ts'
import { frozenDays } from '../../src/anomaly/frozen-days.ts'
import { injectIntoMarket } from '../../src/anomaly/injected-market.ts'
import { inject, injectedKinds } from '../../src/anomaly/injection.ts'
import { firstDay, walkingMarket } from './walking-market.ts'

const { series } = walkingMarket(1, 100, 1)[0]!
const onset = firstDay + 50
const measures = ['tvlUsd', 'priceUsd', 'marketCapUsd', 'volumeUsd'] as const

describe.each(injectedKinds)('an injected %s', (kind) => {
  const injection = inject(series, kind, onset, createRandom(3))!

  it('changes nothing before its onset, and something on its first abnormal day', () => {
    for (const measure of measures)
      expect(injection.series[measure].subarray(0, 50)).toEqual(series[measure].subarray(0, 50))
    const at = injection.fromDay - firstDay
    expect(measures.some((measure) => injection.series[measure][at] !== series[measure][at])).toBe(true)
    expect(injection.fromDay).toBeGreaterThanOrEqual(onset)
    expect(injection.toDay).toBeGreaterThanOrEqual(injection.fromDay)
  })

  it('is the same for the same seed', () => {
    expect(inject(series, kind, onset, createRandom(3))).toEqual(injection)
  })

  it('is none where the series has nothing to disturb', () => {
    const empty = new Float64Array(100).fill(NaN)
    const unknown = { ...series, tvlUsd: empty, priceUsd: empty, marketCapUsd: empty, volumeUsd: empty }
    expect(inject(unknown, kind, onset, createRandom(3))).toBeNull()
    expect(inject(series, kind, firstDay, createRandom(3))).toBeNull()
  })
})

it('takes a feed glitch back after a day and keeps a drain', () => {
  const glitch = inject(series, 'feed-glitch', onset, createRandom(3))!.series.tvlUsd
  expect(glitch[51]).toBe(series.tvlUsd[51])
  const drain = inject(series, 'tvl-drain', onset, createRandom(3))!.series.tvlUsd
  expect(drain[99]! / series.tvlUsd[99]!).toBeLessThan(0.7)
})

it('repeats every value of a frozen feed', () => {
  const { series: frozen, fromDay, toDay } = inject(series, 'frozen-feed', onset, createRandom(3))!
  expect(frozenDays(frozen, fromDay)).toBe(2)
  expect(frozenDays(frozen, toDay)).toBe(toDay - fromDay + 2)
  expect(frozenDays(frozen, toDay + 1)).toBe(0)
  expect(frozenDays(series, fromDay)).toBe(0)
})

it('gives every protocol of a market one anomaly in 90 days and tells which', () => {
  const market = walkingMarket(12, 300, 2)
  const { protocols, anomalies } = injectIntoMarket(market, firstDay + 100, firstDay + 299, 4)
  expect(anomalies).toHaveLength(24)
  expect(new Set(anomalies.map(({ kind }) => kind)).size).toBe(6)
  protocols.forEach(({ series: changed }, p) => expect(changed).not.toEqual(market[p]!.series))
  for (const { kind, isGlitch } of anomalies) expect(isGlitch).toBe(/frozen-feed|feed-glitch/.test(kind))
})
