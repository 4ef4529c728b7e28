import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import { startMarketServer, type MarketServer } from '../../../src/market/server/market-server.ts'
import { simulateDataset } from '../../../src/market/simulator/simulate-dataset.ts'

const fixtures = process.env['TIDEGAUGE_FIXTURES'] ?? ''
type Json = Record<string, unknown>

async function fixture(name: string): Promise<unknown> {
  const bytes = await readFile(join(fixtures, name))
  return JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString())
}

/** The word for a JSON value's type; null goes with every type, since every number is nullable upstream. */
function shapeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
}

describe.runIf(fixtures !== '')('the bodies of the market server', () => {
  let market: MarketServer
  let slug: string
  let dex: string
  let geckoId: string
  beforeAll(async () => {
    const dataset = simulateDataset({ protocols: 60, days: 400, seed: 42 })
    const isOld = (_: unknown, p: number): boolean =>
      dataset.series[p]!.priceUsd.filter((usd) => usd > 0).length === 400
    const old = dataset.protocols.filter(isOld)
    slug = old[0]!.slug
    geckoId = old[0]!.gecko_id!
    dex = old.find(({ category }) => category === 'Dexs')!.slug
    market = await startMarketServer({ dataset, mode: 'simulate' })
    return () => market.close()
  })
  const get = async (path: string): Promise<unknown> => (await fetch(`${market.url}${path}`)).json()

  async function expectValid(file: string, path: string, body: unknown): Promise<void> {
    const document = (await fixture(file)) as { paths: Record<string, Json>; components: Json }
    const operation = document.paths[path]!['get'] as {
      responses: Record<string, { content: Record<string, Json> }>
    }
    const schema = operation.responses['200']!.content['application/json']!['schema'] as Json
    // OpenAPI 3.0 writes `nullable`; `example` and formats are no part of the shape.
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile({
      ...schema,
      components: document.components,
    })
    validate(body)
    const errors = (validate.errors ?? []).filter(
      // The schemas call these plain numbers, and the real bodies hold null there.
      ({ instancePath, keyword }) =>
        !(keyword === 'type' && /\/(tvl|change_\w+|total\w+|gecko_id|cmcId|category)$/.test(instancePath)),
    )
    expect(errors.slice(0, 3)).toEqual([])
  }

  it('agree with the official DeFiLlama document', async () => {
    const official = 'defillama-openapi-free.json'
    await expectValid(official, '/protocols', await get('/llama/protocols'))
    await expectValid(official, '/protocol/{protocol}', await get(`/llama/protocol/${slug}`))
    await expectValid(official, '/tvl/{protocol}', await get(`/llama/tvl/${slug}`))
    await expectValid(official, '/overview/dexs', await get('/llama/overview/dexs'))
    await expectValid(official, '/summary/dexs/{protocol}', await get(`/llama/summary/dexs/${dex}`))
    await expectValid(official, '/summary/fees/{protocol}', await get(`/llama/summary/fees/${dex}`))
    const coin = `coingecko:${geckoId}`
    await expectValid(official, '/prices/current/{coins}', await get(`/coins-llama/prices/current/${coin}`))
    await expectValid(official, '/chart/{coins}', await get(`/coins-llama/chart/${coin}?span=5`))
  })

  it('agree with the official CoinGecko document', async () => {
    const official = 'coingecko-demo-openapi.json'
    const base = '/coingecko/api/v3'
    await expectValid(official, '/ping', await get(`${base}/ping`))
    await expectValid(official, '/coins/markets', await get(`${base}/coins/markets?vs_currency=usd`))
    const chart = await get(`${base}/coins/${geckoId}/market_chart?vs_currency=usd&days=365`)
    const points = chart as { market_caps: [number, number | null][] }
    const withoutUnknown = {
      ...points,
      market_caps: points.market_caps.filter(([, value]) => value !== null),
    }
    await expectValid(official, '/coins/{id}/market_chart', withoutUnknown)
  })

  it('have the fields and types of real /protocols rows', async () => {
    const real = (await fixture('defillama_protocols_sample_2025-10.json')) as Json[]
    const [ours] = (await get('/llama/protocols')) as Json[]
    for (const row of real)
      for (const [field, value] of Object.entries(row)) {
        expect(ours, field).toHaveProperty(field)
        expect(['null', shapeOf(value)], field).toContain(shapeOf(ours![field]))
      }
  })

  it('have the fields and types of real /hacks rows', async () => {
    const real = (await fixture('defillama-hacks.json')) as Json[]
    const ours = (await get('/llama/hacks')) as Json[]
    const shapes = (rows: readonly Json[], field: string): Set<string> =>
      new Set(rows.map((row) => shapeOf(row[field])))
    expect(ours.length).toBeGreaterThan(5)
    for (const field of new Set(ours.flatMap(Object.keys)))
      for (const shape of shapes(ours, field)) expect(shapes(real, field), field).toContain(shape)
  })

  it('have the points of a real market_chart: 365 days are 366 points, the last one in the day', async () => {
    const charts = ['aave', 'badger-dao', 'maker', 'uniswap']
    const ours = await get(`/coingecko/api/v3/coins/${geckoId}/market_chart?vs_currency=usd&days=365`)
    const bodies = await Promise.all(charts.map((name) => fixture(`market_chart/${name}.json.gz`)))
    for (const body of [...bodies, ours] as Record<string, [number, number][]>[]) {
      expect(Object.keys(body)).toEqual(['prices', 'market_caps', 'total_volumes'])
      for (const points of Object.values(body)) {
        expect(points).toHaveLength(366)
        const inTheDay = points.map(([ms]) => ms % 86_400_000 !== 0)
        expect(inTheDay.indexOf(true)).toBe(365)
        expect(Math.floor(points[365]![0] / 86_400_000)).toBe(Math.floor(points[364]![0] / 86_400_000))
      }
    }
  })
})
