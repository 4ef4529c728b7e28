import { Redis } from 'ioredis'
import { afterAll, expect, it } from 'vitest'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { createRedisAdmission } from '../../src/sources/admission/redis-admission.ts'
import { coinKey } from '../../src/sources/defillama/coins.ts'
import { parentsWithoutToken, withParentTokens } from '../../src/sources/defillama/parent-tokens.ts'
import { createRedisValidators } from '../../src/sources/http/validators.ts'
import { createSources } from '../../src/sources/sources.ts'
import { testRedis } from '../support/redis.ts'
import { context } from './support/station.ts'

const { url, prefix } = testRedis()
const redis = new Redis(url)
const dataset = simulateDataset({ seed: 5, protocols: 40, days: 120, endDate: '2026-03-09' })
const market = await startMarketServer({ dataset, mode: 'simulate' })
const budget = { calls: 6000, windowMs: 60_000 }
const { defillama, coingecko, ...sources } = createSources({
  defillamaUrl: `${market.url}/llama`,
  defillamaCoinsUrl: `${market.url}/coins-llama`,
  coingeckoUrl: `${market.url}/coingecko/api/v3`,
  coingeckoPlan: 'keyless',
  admission: createRedisAdmission({
    redis,
    prefix,
    budgets: { coingecko: budget, defillama: budget },
    afterDataLoss: 'go-on',
  }),
  validators: createRedisValidators(redis, prefix),
  clock: () => new Date('2026-03-09T12:00:00Z'),
})
afterAll(async () => {
  await sources[Symbol.asyncDispose]()
  await market.close()
  await redis.quit()
})

async function catalogue() {
  const { rows, refused } = await defillama.protocols(context())
  expect(refused).toEqual([])
  const tokens = new Map<string, string | null>()
  for (const parentId of parentsWithoutToken(rows)) {
    const [row] = (await defillama.parentToken(parentId, context())).rows
    tokens.set(parentId, row?.geckoId ?? null)
  }
  return withParentTokens(rows, tokens)
}

it('reads a whole simulated market without refusing a row', async () => {
  const rows = await catalogue()
  expect(rows.length).toBeGreaterThan(30)
  for (const { protocol } of rows) {
    const { rows: days, refused } = await defillama.protocol(protocol.id, context({ lane: 'backfill' }))
    expect(refused).toEqual([])
    expect(new Set(days.map(({ date }) => date)).size).toBe(days.length)
  }
  const { refused } = await defillama.hacks(context())
  expect(refused).toEqual([])
})

it('gives every child the token that its dataset names', async () => {
  const named = new Map(dataset.protocols.map(({ slug, gecko_id }) => [slug, gecko_id]))
  const children = (await catalogue()).filter(({ protocol }) => protocol.parentId !== null)
  expect(children.length).toBeGreaterThan(0)
  for (const { protocol } of children) expect(protocol.geckoId).toBe(named.get(protocol.id))
})

it('refreshes all tokens in one call, with their history and prices', async () => {
  const ids = [...new Set((await catalogue()).flatMap(({ protocol }) => protocol.geckoId ?? []))]
  const markets = await coingecko.markets(ids, context())
  expect(markets.rows.length).toBeGreaterThan(0)
  const history = await coingecko.marketChart(markets.rows[0]!.geckoId, 365, context())
  expect(history.rows.length).toBeGreaterThan(10)
  const keys = ids.slice(0, 100).map(coinKey)
  const range = { start: new Date('2026-02-01T00:00:00Z'), span: 30, period: '1d' }
  const chart = await defillama.coinChart(keys, range, context())
  const prices = await defillama.coinPrices(keys, context())
  expect(prices.rows.length).toBeGreaterThan(0)
  expect(new Set(chart.rows.map(({ key }) => key)).size).toBeGreaterThan(0)
  expect([markets, history, chart, prices].flatMap(({ refused }) => refused)).toEqual([])
})
