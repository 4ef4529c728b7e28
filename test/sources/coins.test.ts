import { describe, expect, it } from 'vitest'
import { coinKey, parseCoinChart, parseCoinPrices } from '../../src/sources/defillama/coins.ts'
import { coinChart, coinPrices } from './bodies/defillama.ts'
import { now } from './support/station.ts'

const today = now.getTime()
const keys = ['aave', 'lido-dao', 'nobody-knows'].map(coinKey)

describe("DeFiLlama's prices", () => {
  it('come for many coins at once; unknown coins are silently absent', () => {
    const { rows, refused } = parseCoinPrices(coinPrices, keys, today)
    expect(rows).toEqual([
      { key: 'coingecko:aave', at: new Date('2026-03-09T11:50:00Z'), priceUsd: 210.5, confidence: 0.99 },
      { key: 'coingecko:lido-dao', at: new Date('2026-03-09T11:50:00Z'), priceUsd: 1.02, confidence: null },
    ])
    expect(refused).toEqual([])
  })

  it('refuse a coin that nobody asked for', () => {
    const { rows, refused } = parseCoinPrices(coinPrices, [coinKey('aave')], today)
    expect(rows).toHaveLength(1)
    expect(refused).toMatchObject([{ key: 'coingecko:lido-dao', reason: 'not-asked-for' }])
  })

  it('know no price of zero and believe none below', () => {
    const coin = { timestamp: 1_773_057_000, symbol: 'X' }
    const body = { coins: { [keys[0]!]: { ...coin, price: 0 }, [keys[1]!]: { ...coin, price: -1 } } }
    const { rows, refused } = parseCoinPrices(body, keys, today)
    expect(rows).toEqual([])
    expect(refused).toMatchObject([{ reason: 'out-of-range' }])
  })
})

describe("DeFiLlama's charts", () => {
  it('give each UTC day the first price in it', () => {
    const { rows } = parseCoinChart(coinChart, keys, today)
    expect(rows.map(({ date, priceUsd, partial }) => [date, priceUsd, partial])).toEqual([
      ['2026-03-07', 205, false],
      ['2026-03-08', 207.25, false],
      ['2026-03-09', 210.5, true],
    ])
  })

  it('refuse a coin without prices', () => {
    const body = { coins: { [keys[0]!]: { symbol: 'AAVE' }, [keys[1]!]: null } }
    expect(parseCoinChart(body, keys, today).refused.map(({ reason }) => reason)).toEqual([
      'bad-shape',
      'bad-shape',
    ])
  })
})
