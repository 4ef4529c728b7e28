import { describe, expect, it } from 'vitest'
import { parseMarketChart } from '../../src/sources/coingecko/market-chart.ts'
import { parseMarkets } from '../../src/sources/coingecko/markets.ts'
import { dailyChart, markets } from './bodies/coingecko.ts'
import { fixture, fixturesDir } from './support/fixtures.ts'
import { now } from './support/station.ts'

const today = now.getTime()

describe('the markets', () => {
  it('read a market cap of 0 as unknown, and null as unknown everywhere', () => {
    const { rows, refused } = parseMarkets(markets, ['aave', 'multichain'])
    expect(refused).toEqual([])
    expect(rows).toEqual([
      {
        geckoId: 'aave',
        priceUsd: 210.5,
        marketCapUsd: 3_150_000_000,
        volumeUsd: 240_000_000,
        updatedAt: new Date('2026-03-09T11:58:12.345Z'),
      },
      { geckoId: 'multichain', priceUsd: 0.01, marketCapUsd: null, volumeUsd: null, updatedAt: null },
    ])
  })

  it('refuse negative numbers, words, strangers and repetitions', () => {
    const [aave] = markets
    const body = [
      { ...aave, current_price: -1 },
      { ...aave, market_cap: 'big' },
      { ...aave, id: 'bitcoin' },
      aave,
      aave,
      null,
    ]
    const { rows, refused } = parseMarkets(body, ['aave'])
    expect(rows).toHaveLength(1)
    expect(refused.map(({ reason }) => reason)).toEqual([
      'out-of-range',
      'not-a-number',
      'not-asked-for',
      'duplicate-key',
      'bad-shape',
    ])
  })
})

describe('the market chart', () => {
  it('joins its three series by day; the point of now does not replace the day', () => {
    const { rows, refused } = parseMarketChart(dailyChart, 'aave', today)
    expect(refused).toEqual([])
    const row = (
      date: string,
      priceUsd: number,
      marketCapUsd: number | null,
      volumeUsd: number,
      partial: boolean,
    ) => ({
      geckoId: 'aave',
      date,
      priceUsd,
      marketCapUsd,
      volumeUsd,
      partial,
    })
    expect(rows).toEqual([
      row('2026-03-07', 205, null, 200_000_000, false),
      row('2026-03-08', 207.25, 3_100_000_000, 210_000_000, false),
      // The market cap of midnight is missing: the one of now stands in, and says so.
      row('2026-03-09', 210, 3_165_000_000, 220_000_000, true),
    ])
  })

  it('reads 2 to 90 days, which come hourly, by the first point of each day', () => {
    const hourly = (base: number) =>
      Array.from({ length: 72 }, (_, h) => [1_772_755_380_000 + h * 3_600_000, base + h])
    const body = { prices: hourly(1), market_caps: hourly(100), total_volumes: hourly(1000) }
    const { rows, refused } = parseMarketChart(body, 'aave', today)
    expect(refused).toEqual([])
    expect(rows.map(({ date, priceUsd, volumeUsd }) => [date, priceUsd, volumeUsd])).toEqual([
      ['2026-03-06', 1, 1000],
      ['2026-03-07', 25, 1024],
      ['2026-03-08', 49, 1048],
    ])
  })

  it('keeps a volume of zero', () => {
    const body = { prices: [], market_caps: [], total_volumes: [[1_772_928_000_000, 0]] }
    expect(parseMarketChart(body, 'aave', today).rows).toMatchObject([{ volumeUsd: 0, priceUsd: null }])
  })

  it('refuses broken points one by one', () => {
    const prices = [[1_772_841_600_000, -1], ['x', 1], 5, [1_772_928_000_000, 1], [1_773_014_400_000, '2']]
    const { rows, refused } = parseMarketChart({ prices, market_caps: [], total_volumes: [] }, 'aave', today)
    expect(rows.map(({ date }) => date)).toEqual(['2026-03-08'])
    expect(refused.map(({ reason }) => reason)).toEqual([
      'out-of-range',
      'bad-date',
      'bad-shape',
      'not-a-number',
    ])
  })
})

describe.runIf(fixturesDir)('the real market_chart bodies', () => {
  it.each(['aave', 'badger-dao', 'maker', 'uniswap'])('of %s: 365 days and the point of now', (id) => {
    const body = fixture(`market_chart/${id}.json.gz`)
    const { rows, refused } = parseMarketChart(body, id, Date.parse('2022-12-01T20:00:00Z'))
    expect(refused).toEqual([])
    expect(rows).toHaveLength(365)
    expect([rows[0]?.date, rows.at(-1)?.date]).toEqual(['2021-12-02', '2022-12-01'])
    expect(rows.every((row) => row.priceUsd !== null && row.marketCapUsd !== null)).toBe(true)
  })
})
