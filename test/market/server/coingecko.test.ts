import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayNumber } from '../../../src/domain/calendar.ts'
import { startMarketServer, type MarketServer } from '../../../src/market/server/market-server.ts'
import { tinyDataset } from './tiny-dataset.ts'

let market: MarketServer
beforeAll(async () => {
  market = await startMarketServer({ dataset: tinyDataset(), mode: 'replay', asOf: '2022-01-10' })
})
afterAll(() => market.close())

const ms = (date: string): number => dayNumber(date) * 86_400_000
const now = ms('2022-01-10') + 43_200_000
type Points = [number, number | null][]
interface Chart {
  prices: Points
  market_caps: Points
  total_volumes: Points
}

async function ask(path: string, url = market.url): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/coingecko/api/v3${path}`)
  return { status: response.status, body: await response.json() }
}
const chart = async (query: string): Promise<Chart> =>
  (await ask(`/coins/lender-coin/market_chart?vs_currency=usd&${query}`)).body as Chart

describe('/coins/markets', () => {
  const rows = async (query: string): Promise<Record<string, unknown>[]> =>
    (await ask(`/coins/markets?vs_currency=usd&${query}`)).body as Record<string, unknown>[]

  it('gives the day in progress of the coins asked for, and unknown ones not at all', async () => {
    const [swap, lender] = await rows('ids=lender-coin,swap,nothing')
    expect(swap).toMatchObject({
      id: 'swap',
      symbol: 'swap',
      current_price: 11,
      market_cap: 709,
      market_cap_rank: 1,
      total_volume: 79,
      high_24h: 11,
      low_24h: 10,
      price_change_percentage_24h: 10,
      ath: 11,
      ath_date: '2022-01-10T00:00:00.000Z',
      atl: 2,
      last_updated: '2022-01-10T12:00:00.000Z',
    })
    expect(lender).toMatchObject({ id: 'lender-coin', market_cap: 0, circulating_supply: null })
  })

  it('has null where the day has no value', async () => {
    expect(await rows('ids=late')).toEqual([
      expect.objectContaining({ current_price: null, market_cap: null, total_volume: null, high_24h: null }),
    ])
  })

  it('pages in the order asked for', async () => {
    const ids = async (query: string): Promise<unknown[]> => (await rows(query)).map(({ id }) => id)
    expect(await ids('order=id_asc')).toEqual(['late', 'lender-coin', 'swap'])
    expect(await ids('order=id_asc&per_page=2&page=2')).toEqual(['swap'])
    expect(await ids('order=volume_asc&per_page=1')).toEqual(['late'])
  })

  it.each(['vs_currency=usd&per_page=251', 'vs_currency=usd&order=best', 'vs_currency=xyz', ''])(
    'refuses "%s"',
    async (query) => {
      const { status, body } = await ask(`/coins/markets?${query}`)
      expect([status, body]).toEqual([400, { error: expect.any(String) as string }])
    },
  )
})

describe('/coins/{id}/market_chart', () => {
  it('is daily at 00:00 with a "now" point from 91 days on', async () => {
    const { prices, market_caps, total_volumes } = await chart('days=365')
    expect(prices).toHaveLength(11)
    expect(prices[0]).toEqual([ms('2022-01-01'), 10])
    expect(prices.slice(-2)).toEqual([
      [ms('2022-01-10'), 19],
      [now, 19],
    ])
    expect(market_caps.at(-1)).toEqual([now, 0])
    expect(total_volumes.at(-1)).toEqual([now, 59])
    expect(await chart('days=max')).toEqual({ prices, market_caps, total_volumes })
  })

  it('is hourly from 2 to 90 days, each point with its own day, none with the next one', async () => {
    const { prices } = await chart('days=2')
    expect(prices).toHaveLength(49)
    expect(prices[0]).toEqual([now - 48 * 3_600_000, 17])
    for (const [at, price] of prices)
      expect(price).toBe(10 + Math.floor((at - ms('2022-01-01')) / 86_400_000))
  })

  it('is by five minutes for a day', async () => {
    const { prices } = await chart('days=1')
    expect(prices).toHaveLength(289)
    expect(prices[1]![0] - prices[0]![0]).toBe(300_000)
  })

  it('is daily when asked so: n days are n + 1 points', async () => {
    expect((await chart('days=3&interval=daily')).prices.map(([at]) => at)).toEqual([
      ms('2022-01-08'),
      ms('2022-01-09'),
      ms('2022-01-10'),
      now,
    ])
  })

  it('has null, not 0, for a market cap that is not known', async () => {
    const { body } = await ask('/coins/late/market_chart?vs_currency=usd&days=365')
    expect(body).toEqual({
      prices: [[ms('2022-01-08'), 1]],
      market_caps: [[ms('2022-01-08'), null]],
      total_volumes: [[ms('2022-01-08'), 9]],
    })
  })

  it('does not know a coin before its first price', async () => {
    expect(await ask('/coins/nothing/market_chart?vs_currency=usd&days=1')).toEqual({
      status: 404,
      body: { error: 'coin not found' },
    })
    await using before = await startMarketServer({
      dataset: tinyDataset(),
      mode: 'replay',
      asOf: '2022-01-07',
    })
    expect((await ask('/coins/late/market_chart?vs_currency=usd&days=1', before.url)).status).toBe(404)
    expect((await ask('/coins/markets?vs_currency=usd&ids=late', before.url)).body).toEqual([])
  })

  it('refuses more than 365 days on the free plan only', async () => {
    await using free = await startMarketServer({ dataset: tinyDataset(), mode: 'replay', plan: 'free' })
    const path = '/coins/swap/market_chart?vs_currency=usd&days='
    expect((await ask(`${path}365`, free.url)).status).toBe(200)
    expect(await ask(`${path}366`, free.url)).toMatchObject({
      status: 401,
      body: { error: { status: { error_code: 10012 } } },
    })
    expect((await ask(`${path}max`, free.url)).status).toBe(401)
    expect((await ask(`${path}366`)).status).toBe(200)
  })

  it('refuses days that are no number', async () => {
    expect((await ask('/coins/swap/market_chart?vs_currency=usd&days=few')).status).toBe(400)
  })
})

it('/ping answers as CoinGecko does', async () => {
  expect(await ask('/ping')).toEqual({ status: 200, body: { gecko_says: '(V3) To the Moon!' } })
})
