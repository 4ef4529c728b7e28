import { describe, expect, it } from 'vitest'
import { coinKey } from '../../src/sources/defillama/coins.ts'
import {
  coinChart,
  coinPrices,
  dexOverview,
  dexSummary,
  hacks,
  protocol,
  protocols,
} from './bodies/defillama.ts'
import { context, startStation } from './support/station.ts'

const { upstream, sources, another } = await startStation()
const { defillama } = sources

describe('each endpoint', () => {
  const aave = [coinKey('aave'), coinKey('lido-dao')]
  const range = { start: new Date('2026-03-07T00:00:00Z'), span: 3, period: '1d' }
  it.each([
    ['/protocols', protocols, () => defillama.protocols(context()), 4],
    ['/protocol/aave-v3', protocol, () => defillama.protocol('aave-v3', context()), 4],
    ['/protocol/aave', { ...protocol, gecko_id: 'aave' }, () => defillama.parentToken('aave', context()), 1],
    ['/tvl/aave-v3', 12.5, () => defillama.currentTvl('aave-v3', context()), 1],
    [
      '/summary/dexs/uniswap-v3?excludeTotalDataChart=false&excludeTotalDataChartBreakdown=true',
      dexSummary,
      () => defillama.dexSummary('uniswap-v3', context()),
      2,
    ],
    [
      '/overview/dexs?excludeTotalDataChart=true&excludeTotalDataChartBreakdown=true',
      dexOverview,
      () => defillama.dexOverview(context()),
      2,
    ],
    ['/hacks', hacks, () => defillama.hacks(context()), 2],
    [
      '/prices/current/coingecko:aave,coingecko:lido-dao',
      coinPrices,
      () => defillama.coinPrices(aave, context()),
      2,
    ],
    [
      '/chart/coingecko:aave,coingecko:lido-dao?start=1772841600&span=3&period=1d',
      coinChart,
      () => defillama.coinChart(aave, range, context()),
      3,
    ],
  ])('%s is one call', async (path, body, call, rows) => {
    upstream.answer({ body })
    const fetched = await call()
    expect(fetched.rows).toHaveLength(rows)
    expect(fetched).toMatchObject({
      refused: [],
      notModified: false,
      fetchedAt: new Date('2026-03-09T12:00:00Z'),
    })
    expect(fetched.contentHash).toMatch(/^[0-9a-f]{64}$/)
    expect(upstream.arrivals.map((arrival) => arrival.path)).toEqual([path])
  })

  it('looks like a browser to Cloudflare', async () => {
    upstream.answer({ body: [] })
    await defillama.protocols(context())
    expect(upstream.arrivals[0]?.headers['user-agent']).toMatch(/^Mozilla\/5\.0 /)
  })

  it('escapes what it puts into a path', async () => {
    upstream.answer({ body: protocol })
    await defillama.protocol('../admin?x=/', context())
    expect(upstream.arrivals[0]?.path).toBe('/protocol/..%2Fadmin%3Fx%3D%2F')
  })

  it('takes at most 100 coins in a call', () => {
    const keys = Array.from({ length: 101 }, (_, i) => coinKey(`coin-${i}`))
    expect(() => defillama.coinPrices(keys, context())).toThrow(
      'Expected 1 to 100 coins in one call, got 101',
    )
  })
})

describe('an error, in plain text', () => {
  it.each([
    [400, 'Protocol not found', 'not-found', 1],
    [404, 'Protocol not found', 'not-found', 1],
    [402, 'Upgrade to the paid API plan at https://defillama.com/subscription', 'paid-only', 1],
    [403, '<html>Attention Required! | Cloudflare</html>', 'unauthorised', 1],
    [500, 'Internal Error', 'unavailable', 3],
    [502, '<html>Bad gateway</html>', 'unavailable', 3],
    [200, 'Internal Error', 'malformed', 3],
    [200, '<!DOCTYPE html><html></html>', 'malformed', 3],
    [200, '{"tvl":[NaN]}', 'malformed', 3],
    [200, '{"message":"Internal Error"}', 'malformed', 3],
  ] as const)('%i %s is %s, after %i tries', async (status, body, kind, tries) => {
    upstream.answer({ status, body })
    await expect(another().defillama.protocol('some', context())).rejects.toMatchObject({
      name: 'UpstreamError',
      source: 'defillama',
      endpoint: 'protocol',
      kind,
    })
    expect(upstream.arrivals).toHaveLength(tries)
  })
})
