import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayNumber } from '../../../src/domain/calendar.ts'
import { startMarketServer, type MarketServer } from '../../../src/market/server/market-server.ts'
import { tinyDataset } from './tiny-dataset.ts'

let market: MarketServer
beforeAll(async () => {
  market = await startMarketServer({ dataset: tinyDataset(), mode: 'replay', asOf: '2022-01-10' })
})
afterAll(() => market.close())

const unix = (date: string): number => dayNumber(date) * 86_400
const now = unix('2022-01-10') + 43_200

interface Row {
  slug: string
  tvl: number | null
  chainTvls: Record<string, number>
  [field: string]: unknown
}
interface History {
  tvl: { date: number; totalLiquidityUSD: number }[]
  chainTvls: Record<string, { tvl: { date: number; totalLiquidityUSD: number }[] }>
  [field: string]: unknown
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${market.url}/llama${path}`)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}
async function refused(path: string): Promise<[number, string, string | null]> {
  const response = await fetch(`${market.url}/llama${path}`)
  return [response.status, await response.text(), response.headers.get('content-type')]
}
async function rowOf(slug: string): Promise<Row> {
  const row = (await get<Row[]>('/protocols')).find((candidate) => candidate.slug === slug)
  expect(row).toBeDefined()
  return row!
}

describe('/protocols', () => {
  it('lists what was known by then, the biggest first, exchanges included', async () => {
    const rows = await get<Row[]>('/protocols')
    expect(rows.map(({ slug, tvl }) => [slug, tvl])).toEqual([
      ['vault-cex', 1e6],
      ['swap-v1', 2009],
      ['lender', 1009],
      ['swap-v2', 306],
      ['farm', null],
      ['late', null],
    ])
  })

  it('gives the change in percent and nothing where a day is missing', async () => {
    const { change_1d, change_7d, listedAt } = await rowOf('lender')
    expect([change_1d, change_7d]).toEqual([100 / 1008, 700 / 1002])
    expect(listedAt).toBe(unix('2022-01-01'))
    expect(await rowOf('late')).toMatchObject({ change_1d: null, change_7d: null, mcap: null })
  })

  it('keeps token and market cap of a child on its parent', async () => {
    expect(await rowOf('swap-v1')).toMatchObject({
      gecko_id: null,
      mcap: null,
      parentProtocol: 'parent#swap',
    })
    expect(await rowOf('lender')).toMatchObject({ gecko_id: 'lender-coin', mcap: 0, symbol: 'LEND' })
    expect(await rowOf('lender')).not.toHaveProperty('parentProtocol')
  })

  it('says when a protocol died, once it has', async () => {
    expect(await rowOf('farm')).toMatchObject({ deadFrom: '2022-01-06', symbol: '-', gecko_id: null })
    await using before = await startMarketServer({
      dataset: tinyDataset(),
      mode: 'replay',
      asOf: '2022-01-05',
    })
    const rows = (await (await fetch(`${before.url}/llama/protocols`)).json()) as Row[]
    expect(rows.find(({ slug }) => slug === 'farm')).not.toHaveProperty('deadFrom')
    expect(rows.map(({ slug }) => slug)).not.toContain('late')
  })

  it('splits TVL over the chains, and adds sections that TVL leaves out', async () => {
    const { tvl, chainTvls } = await rowOf('lender')
    expect(chainTvls['Ethereum']! + chainTvls['Base']!).toBeCloseTo(tvl!, 9)
    expect(Object.keys(chainTvls).sort()).toEqual([
      'Base',
      'Ethereum',
      'Ethereum-borrowed',
      'Ethereum-staking',
      'borrowed',
      'staking',
    ])
    expect(Object.values(chainTvls).reduce((a, b) => a + b)).toBeGreaterThan(2 * tvl!)
  })
})

describe('/protocol/{slug}', () => {
  it('has daily points and the "now" point, so that the day in progress comes twice', async () => {
    const { tvl } = await get<History>('/protocol/lender')
    expect(tvl).toHaveLength(11)
    expect(tvl[0]).toEqual({ date: unix('2022-01-01'), totalLiquidityUSD: 1000 })
    expect(tvl.slice(-2)).toEqual([
      { date: unix('2022-01-10'), totalLiquidityUSD: 1009 },
      { date: now, totalLiquidityUSD: 1009 },
    ])
  })

  it('just stops where the protocol died, without a "now" point', async () => {
    const { tvl } = await get<History>('/protocol/farm')
    expect(tvl.at(-1)).toEqual({ date: unix('2022-01-05'), totalLiquidityUSD: 36 })
  })

  it('gives each chain and section its own history', async () => {
    const { chainTvls } = await get<History>('/protocol/lender')
    expect(chainTvls['Ethereum']!.tvl).toHaveLength(11)
    expect(chainTvls['borrowed']!.tvl.at(-1)!.totalLiquidityUSD).toBeCloseTo(706.3, 9)
  })

  it('marks the hacks that were known by then', async () => {
    expect(await get('/protocol/lender')).toMatchObject({ hallmarks: [[unix('2022-01-09'), 'Reentrancy']] })
  })

  it('answers for a parent with the sum of its children and the token', async () => {
    const parent = await get<History>('/protocol/swap')
    expect(parent).toMatchObject({ id: 'parent#swap', gecko_id: 'swap', mcap: 709, isParentProtocol: true })
    expect(parent.tvl[2]!.totalLiquidityUSD).toBe(2002)
    expect(parent.tvl[3]!.totalLiquidityUSD).toBe(2003 + 300)
  })

  it('does not know what is not listed yet or anywhere, and says so in plain text', async () => {
    expect(await refused('/protocol/nothing')).toEqual([
      400,
      'Protocol not found',
      'text/plain; charset=utf-8',
    ])
    await using before = await startMarketServer({
      dataset: tinyDataset(),
      mode: 'replay',
      asOf: '2022-01-07',
    })
    expect((await fetch(`${before.url}/llama/protocol/late`)).status).toBe(400)
  })
})

describe('the smaller endpoints of DeFiLlama', () => {
  it('/tvl/{slug} is a bare number', async () => {
    expect(await get('/tvl/lender')).toBe(1009)
    expect(await get('/tvl/farm')).toBe(36)
    expect((await refused('/tvl/nothing'))[0]).toBe(400)
  })

  it('/hacks holds nothing later than the as-of instant', async () => {
    const hacks = await get<{ date: number }[]>('/hacks')
    expect(hacks.map(({ date }) => date)).toEqual([unix('2022-01-09'), unix('2022-01-02')])
  })

  it('/summary/dexs/{slug} charts a DEX up to the day in progress', async () => {
    const body = await get<{ totalDataChart: number[][] }>('/summary/dexs/swap-v1')
    expect(body).toMatchObject({
      total24h: 79,
      total48hto24h: 78,
      total7d: 532,
      change_1d: 1.28,
      module: 'swap-v1',
    })
    expect(body.totalDataChart.at(-1)).toEqual([unix('2022-01-10'), 79])
    expect(await refused('/summary/dexs/lender')).toEqual([
      400,
      'Dimension "dexs" is not available for lender',
      'text/plain; charset=utf-8',
    ])
  })

  it('/summary/fees/{slug} is 0.3 % of a volume, or 5 % of TVL a year', async () => {
    expect(await get('/summary/fees/swap-v1')).toMatchObject({ total24h: 79 * 0.003 })
    expect(await get('/summary/fees/lender')).toMatchObject({
      total24h: expect.closeTo((1009 * 0.05) / 365, 9) as number,
    })
  })

  it('/overview/dexs adds the DEXs up, with charts unless they are excluded', async () => {
    const body = await get<{ totalDataChart: number[][]; protocols: Row[] }>('/overview/dexs')
    expect(body.totalDataChart.at(-1)).toEqual([unix('2022-01-10'), 158])
    expect(body.protocols.map(({ slug, total24h }) => [slug, total24h])).toEqual([
      ['swap-v1', 79],
      ['swap-v2', 79],
    ])
    const bare = await get('/overview/dexs?excludeTotalDataChart=true&excludeTotalDataChartBreakdown=true')
    expect(bare).not.toHaveProperty('totalDataChart')
    expect(bare).not.toHaveProperty('totalDataChartBreakdown')
  })
})

describe('the coins host', () => {
  const coins = async (path: string): Promise<[number, unknown]> => {
    const response = await fetch(`${market.url}/coins-llama${path}`)
    const text = await response.text()
    return [response.status, text.startsWith('{') ? (JSON.parse(text) as { coins: unknown }).coins : text]
  }

  it('prices many coins in one call, and those it does not know not at all', async () => {
    expect(await coins('/prices/current/coingecko:swap,coingecko:nothing,ethereum:0x0')).toEqual([
      200,
      { 'coingecko:swap': { price: 11, symbol: 'SWAP', timestamp: now, confidence: 0.99 } },
    ])
  })

  it('charts forward from a start, or back from an end or now, never past the as-of instant', async () => {
    const prices = async (query: string): Promise<unknown> => {
      const [, body] = await coins(`/chart/coingecko:swap${query}`)
      return (body as Record<string, { prices: { timestamp: number; price: number }[] }>)[
        'coingecko:swap'
      ]?.prices.map(({ timestamp, price }) => [timestamp, price])
    }
    expect(await prices(`?start=${unix('2022-01-08')}&span=9`)).toEqual([
      [unix('2022-01-08'), 9],
      [unix('2022-01-09'), 10],
      [unix('2022-01-10'), 11],
    ])
    expect(await prices(`?end=${unix('2022-01-05')}&span=2&period=2d`)).toEqual([
      [unix('2022-01-03'), 4],
      [unix('2022-01-05'), 6],
    ])
    expect(await prices('')).toEqual([[now, 11]])
    expect(await prices(`?start=${unix('2021-01-01')}`)).toBeUndefined()
  })

  it('refuses both ends at once and periods that are none', async () => {
    expect((await coins('/chart/coingecko:swap?start=1&end=2'))[0]).toBe(400)
    expect(await coins('/chart/coingecko:swap?period=soon')).toEqual([400, 'Invalid period'])
  })
})
