import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numericFeatureNames, type NumericFeatureName } from '../../src/domain/feature-names.ts'
import { buildFeatures } from '../../src/features/build.ts'
import type { DailySeries } from '../../src/features/series.ts'
import { daily, firstDay, lastDay, numberOf, repeat, traits, type Columns } from './daily.ts'

function feature(name: NumericFeatureName, columns: Columns): number {
  const series = daily(columns)
  return numberOf(buildFeatures(series, traits, lastDay(series)), name)
}

const alternating = (i: number): number => (i % 2 === 0 ? 90 : 110)
const measures = ['tvl', 'price', 'volume'] as const
/** Something to make a vector from, where the measure under test alone would not. */
const carrier = { tvl: repeat(60, () => 1000), price: repeat(60, () => 1000) }

describe.each(measures)('%s volatility', (measure) => {
  const name = `${measure}_vol_30` as const
  const of = (values: (number | null)[]): number => feature(name, { ...carrier, [measure]: values })

  it('is the sample deviation over the mean of the last 30 days, not of the first', () => {
    const values = [...repeat(30, (i) => (i % 2 === 0 ? 10 : 1000)), ...repeat(30, alternating)]
    // Thirty deviations of 10 around 100: sqrt(30 * 100 / 29) / 100; ddof 0 would give 0.1.
    expect(of(values)).toBeCloseTo(Math.sqrt(3000 / 29) / 100, 14)
  })

  it('is exactly 0 for a constant series', () => {
    expect(of(repeat(60, () => 0.1))).toBe(0)
  })

  it('leaves a gap out instead of filling it', () => {
    const values: (number | null)[] = [...repeat(58, () => 100), null, 130]
    values.fill(null, 0, 56)
    // Known: 100, 100, 130; mean 110, sample deviation sqrt(600 / 2).
    expect(of(values)).toBeCloseTo(Math.sqrt(300) / 110, 14)
  })

  it('is unknown for a single value', () => {
    expect(of([...Array<null>(59).fill(null), 100])).toBeNaN()
  })
})

describe.each(measures)('%s slope', (measure) => {
  const name = `${measure}_slope` as const
  const of = (values: (number | null)[]): number => feature(name, { ...carrier, [measure]: values })

  it('is positive where the series grows and negative where it shrinks', () => {
    expect(of(repeat(60, (i) => 100 * Math.exp(0.02 * i)))).toBeCloseTo(0.02, 12)
    expect(of(repeat(60, (i) => 100 * Math.exp(-0.02 * i)))).toBeCloseTo(-0.02, 12)
  })

  it('reads the last 30 days and not the first', () => {
    expect(of(repeat(60, (i) => (i < 30 ? 100 * Math.exp(-0.5 * i) : 5 * Math.exp(0.01 * i))))).toBeCloseTo(
      0.01,
      12,
    )
  })

  it('is the least-squares line, not the line through the ends', () => {
    const values: (number | null)[] = Array<null>(60).fill(null)
    values.splice(57, 3, 1, Math.E, 1)
    expect(of(values)).toBeCloseTo(0, 14)
    values.splice(56, 4, 1, Math.E, Math.E, Math.E)
    // ln: 0 1 1 1 on days 0 to 3: sum (t - 1.5)(y - 0.75) / 5 = 1.5 / 5.
    expect(of(values)).toBeCloseTo(0.3, 14)
  })

  it('keeps the true distance of days across gaps', () => {
    const growing = repeat(60, (i) => 100 * Math.exp(0.02 * i))
    expect(of(growing.map((value, i) => (i % 3 === 1 ? null : value)))).toBeCloseTo(0.02, 12)
  })

  it('leaves zeros out of the logarithm', () => {
    const growing = repeat(60, (i) => 100 * Math.exp(0.02 * i))
    expect(of(growing.map((value, i) => (i === 45 ? 0 : value)))).toBeCloseTo(0.02, 12)
  })

  it('is exactly 0 for a constant series', () => {
    expect(of(repeat(60, () => 0.3))).toBe(0)
  })

  it('is unknown for a single value', () => {
    expect(of([...Array<null>(59).fill(null), 100])).toBeNaN()
  })
})

describe('features of the last day', () => {
  const columns = {
    tvl: [1000, 1000, 1000, 1000, 400],
    price: [5, 5, 5, 4, 5],
    marketCap: [9, 9, 9, 9, 600],
    volume: [7, 7, 7, 7, 100],
  }

  it('are taken from the newest day', () => {
    expect(feature('liquidity_ratio', columns)).toBe(0.25)
    expect(feature('market_cap_to_tvl', columns)).toBe(1.5)
    expect(feature('recent_price_change', columns)).toBe(0.25)
    expect(feature('recent_tvl', columns)).toBe(Math.log1p(400))
    expect(feature('recent_volume', columns)).toBe(Math.log1p(100))
  })

  it('are taken from the newest day with a TVL or a price when the as-of day has none', () => {
    const series = daily(columns)
    const vector = buildFeatures(series, traits, lastDay(series) + 2)
    expect(numberOf(vector, 'liquidity_ratio')).toBe(0.25)
    expect(numberOf(vector, 'recent_price_change')).toBe(0.25)
  })

  it('never carry an older value forward to the last day', () => {
    const late = { ...columns, tvl: [...columns.tvl, 500], volume: columns.volume }
    expect(feature('liquidity_ratio', late)).toBeNaN()
    expect(feature('market_cap_to_tvl', late)).toBeNaN()
    expect(feature('recent_price_change', late)).toBeNaN()
    expect(feature('recent_volume', late)).toBeNaN()
    expect(feature('recent_tvl', late)).toBe(Math.log1p(500))
  })

  it('give no ratio to a TVL of 0, and a logarithm of 0', () => {
    const drained = { ...columns, tvl: [1000, 1000, 1000, 1000, 0] }
    expect(feature('liquidity_ratio', drained)).toBeNaN()
    expect(feature('market_cap_to_tvl', drained)).toBeNaN()
    expect(feature('recent_tvl', drained)).toBe(0)
  })

  it('take a market cap of 0 for unknown, and a volume of 0 for no trade', () => {
    const quiet = { ...columns, marketCap: [9, 9, 9, 9, 0], volume: [7, 7, 7, 7, 0] }
    expect(feature('market_cap_to_tvl', quiet)).toBeNaN()
    expect(feature('liquidity_ratio', quiet)).toBe(0)
    expect(feature('recent_volume', quiet)).toBe(0)
  })
})

describe.each([
  ['max_drawdown', 'price'],
  ['tvl_max_drawdown', 'tvl'],
] as const)('%s', (name, measure) => {
  const of = (values: (number | null)[]): number => feature(name, { volume: [1], [measure]: values })

  it('is the deepest fall below the running maximum, forwards in time', () => {
    // Forwards 120 -> 60; read backwards it would be 100 -> 60, that is -0.4.
    expect(of([100, 80, 120, 90, 60, 100])).toBe(-0.5)
  })

  it('looks at the whole window of 90 days and not at what lies before', () => {
    expect(of([...repeat(80, () => 100), 50, ...repeat(79, () => 100)])).toBe(-0.5)
    expect(of([1_000_000, ...repeat(90, () => 100)])).toBe(0)
  })

  it('is 0 for a constant or rising series', () => {
    expect(of(repeat(10, () => 0.7))).toBe(0)
    expect(of(repeat(10, (i) => i + 1))).toBe(0)
  })

  it('sees a fall across a gap', () => {
    expect(of([100, 100, 100, 100, null, null, 25])).toBe(-0.75)
  })
})

it('calls a TVL of 0 a total drawdown, and a price of 0 a hole in the feed', () => {
  expect(feature('tvl_max_drawdown', { tvl: [100, 100, 100, 0, 100] })).toBe(-1)
  expect(feature('max_drawdown', { price: [100, 100, 100, 0, 100, 100] })).toBe(0)
})

describe('price moves', () => {
  it('average the absolute daily returns and take their sample deviation', () => {
    const price = [100, 100, 110, 99, 99]
    // Returns 0, 0.1, -0.1, 0.
    expect(feature('price_change_abs_mean', { price })).toBeCloseTo(0.05, 14)
    expect(feature('price_change_std', { price })).toBeCloseTo(Math.sqrt(0.02 / 3), 14)
  })

  it('read forwards: a doubling is +100 %, not -50 %', () => {
    expect(feature('price_change_abs_mean', { price: [1, 2, 4, 8, 16] })).toBe(1)
  })

  it('exist between adjacent calendar days only', () => {
    const price = [100, 110, null, 220, 231]
    const columns = { tvl: [1, 1, 1, 1, 1], price }
    // 0.1 and 0.05; filled forward there would be 0 and 1 between them.
    expect(feature('price_change_abs_mean', columns)).toBeCloseTo(0.075, 14)
    expect(feature('price_change_std', columns)).toBeCloseTo(0.025 * Math.SQRT2, 14)
  })

  it('end inside the last 30 days: thirty returns from 31 prices', () => {
    const price = [...repeat(30, (i) => (i % 2 === 0 ? 1 : 50)), ...repeat(31, () => 10)]
    expect(feature('price_change_abs_mean', { price })).toBe(0)
    expect(feature('price_change_std', { price })).toBe(0)
    expect(feature('price_change_abs_mean', { price: [...price.slice(0, -1), 40] })).toBeCloseTo(3 / 30, 14)
  })

  it('take a price of 0 for unknown', () => {
    const price = [100, 110, 0, 110, 121]
    expect(feature('price_change_abs_mean', { price, tvl: [1, 1, 1, 1, 1] })).toBeCloseTo(0.1, 14)
    expect(feature('recent_price_change', { price: [1, 1, 1, 1, 1, 0, 5] })).toBeNaN()
  })
})

describe('a vector', () => {
  const ramp = repeat(120, (i) => 100 + i)

  it('carries category and chain, null where unknown', () => {
    const series = daily({ tvl: ramp })
    const known = buildFeatures(series, traits, firstDay + 50)
    expect(known).toMatchObject({ protocolCategory: 'Lending', protocolChain: 'Ethereum' })
    const unknown = buildFeatures(series, { category: null, mainChain: null }, firstDay + 50)
    expect(unknown).toMatchObject({ protocolCategory: null, protocolChain: null })
  })

  it('needs 5 points, of TVL or price, inside the window', () => {
    expect(buildFeatures(daily({ tvl: [1, 2, 3, 4] }), traits, firstDay + 3)).toBeNull()
    expect(buildFeatures(daily({ tvl: [1, 2, 3, 4, 5] }), traits, firstDay + 4)).toMatchObject({ points: 5 })
    const mixed = daily({ tvl: [1, 2, null, 4], price: [null, null, 7, 0, 7] })
    expect(buildFeatures(mixed, traits, firstDay + 4)).toMatchObject({ points: 5 })
    expect(buildFeatures(daily({ volume: ramp }), traits, firstDay + 50)).toBeNull()
    const longAgo = daily({ tvl: [...repeat(20, () => 1), ...Array<null>(86).fill(null), 1, 2, 3, 4] })
    expect(buildFeatures(longAgo, traits, lastDay(longAgo))).toBeNull()
  })

  it('does not exist before the series begins, long after it ended, or where all is NaN', () => {
    const series = daily({ tvl: ramp })
    expect(buildFeatures(series, traits, firstDay - 1)).toBeNull()
    expect(buildFeatures(series, traits, lastDay(series) + 90)).toBeNull()
    expect(buildFeatures(daily({ tvl: Array<null>(50).fill(null) }), traits, firstDay + 49)).toBeNull()
  })

  it('is stale when its last point is older than 3 days', () => {
    const series = daily({ tvl: ramp })
    expect(buildFeatures(series, traits, lastDay(series) + 3)).toMatchObject({ stale: false })
    expect(buildFeatures(series, traits, lastDay(series) + 4)).toMatchObject({ stale: true })
  })

  it('of a token without TVL knows price and volume only', () => {
    const series = daily({ price: ramp, volume: ramp })
    const unknown = [
      'tvl_vol_30',
      'tvl_slope',
      'liquidity_ratio',
      'market_cap_to_tvl',
      'tvl_max_drawdown',
      'recent_tvl',
    ]
    expect(unknownNames(series)).toEqual(unknown)
  })

  it('of a protocol without token knows TVL only', () => {
    const known = ['tvl_vol_30', 'tvl_slope', 'tvl_max_drawdown', 'recent_tvl']
    expect(unknownNames(daily({ tvl: ramp }))).toEqual(
      numericFeatureNames.filter((name) => !known.includes(name)),
    )
  })

  it('takes infinite and negative values for unknown', () => {
    const odd = daily({ tvl: [5, 5, Infinity, -3, 5, 5, 5], price: [5, 5, Infinity, -3, 5, 5, 5] })
    const vector = buildFeatures(odd, traits, lastDay(odd))
    expect(vector).toMatchObject({ points: 5 })
    expect(numberOf(vector, 'tvl_vol_30')).toBe(0)
    expect(numberOf(vector, 'max_drawdown')).toBe(0)
  })

  it('reads a window as long as it is told', () => {
    const series = daily({ tvl: [1000, ...repeat(9, () => 100)] })
    const drawdown = (windowDays: number): number =>
      numberOf(buildFeatures(series, traits, lastDay(series), { windowDays }), 'tvl_max_drawdown')
    expect(drawdown(10)).toBe(-0.9)
    expect(drawdown(9)).toBe(0)
    expect(() => drawdown(4)).toThrow('Expected `windowDays` to be a whole number of at least 5, got 4')
  })

  it('reads no price before its window, not even for a return', () => {
    const series = daily({ price: [1000, ...repeat(9, () => 100)] })
    const vector = buildFeatures(series, traits, lastDay(series), { windowDays: 9 })
    expect(numberOf(vector, 'price_change_abs_mean')).toBe(0)
  })
})

describe('any series', () => {
  const value = fc.option(fc.oneof(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), fc.constant(0)), {
    freq: 4,
  })
  const values = fc.array(value, { minLength: 5, maxLength: 130 })
  const columns = fc.record({ tvl: values, price: values, marketCap: values, volume: values })

  it('gives the same vector for a day, whatever is appended later', () => {
    fc.assert(
      fc.property(columns, columns, fc.nat(129), (past, future, offset) => {
        const before = daily(past)
        const length = before.tvlUsd.length
        const padded = (name: keyof Columns): (number | null)[] => [
          ...Array.from({ length }, (_, i) => past[name][i] ?? null),
          ...future[name],
        ]
        const after = daily({
          tvl: padded('tvl'),
          price: padded('price'),
          marketCap: padded('marketCap'),
          volume: padded('volume'),
        })
        const day = firstDay + Math.min(offset, length - 1)
        expect(buildFeatures(after, traits, day)).toEqual(buildFeatures(before, traits, day))
      }),
    )
  })

  it('gives numbers inside their bounds, or NaN', () => {
    fc.assert(
      fc.property(columns, (any) => {
        const series = daily(any)
        const vector = buildFeatures(series, traits, lastDay(series))
        if (vector === null) return
        vector.numeric.forEach((number, i) => {
          const name = numericFeatureNames[i]!
          if (Number.isNaN(number)) return
          expect(Math.abs(number), name).toBeLessThan(Infinity)
          if (name.endsWith('drawdown')) expect(number >= -1 && number <= 0, name).toBe(true)
          else if (name === 'recent_price_change') expect(number, name).toBeGreaterThan(-1)
          else if (!name.endsWith('slope')) expect(number, name).toBeGreaterThanOrEqual(0)
        })
      }),
    )
  })

  it('keeps volatility, slope, drawdown and returns when it is counted in another unit', () => {
    const invariant: readonly NumericFeatureName[] = numericFeatureNames.filter(
      (name) => !/^recent_(tvl|volume)$/.test(name),
    )
    fc.assert(
      fc.property(columns, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (any, factor) => {
        const series = daily(any)
        const scaled = scale(series, factor)
        const [a, b] = [series, scaled].map((one) => buildFeatures(one, traits, lastDay(one)))
        if (!a || !b) return
        for (const name of invariant) expect(numberOf(b, name), name).toSatisfy(near(numberOf(a, name)))
      }),
    )
  })
})

function unknownNames(series: DailySeries): string[] {
  const vector = buildFeatures(series, traits, lastDay(series))
  return numericFeatureNames.filter((name) => Number.isNaN(numberOf(vector, name)))
}

function scale(series: DailySeries, factor: number): DailySeries {
  const by = (values: Float64Array): Float64Array => values.map((value) => value * factor)
  return {
    ...series,
    tvlUsd: by(series.tvlUsd),
    priceUsd: by(series.priceUsd),
    marketCapUsd: by(series.marketCapUsd),
    volumeUsd: by(series.volumeUsd),
  }
}

function near(expected: number): (actual: number) => boolean {
  return (actual) =>
    Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-9 * (1 + Math.abs(expected))
}
