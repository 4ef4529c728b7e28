import { describe, expect, it } from 'vitest'
import { dailyChart, markets, pastYear, rateLimited, wrongPlan } from './bodies/coingecko.ts'
import { context, startStation } from './support/station.ts'

const { upstream, sources, another } = await startStation()
const { coingecko } = sources

describe('each endpoint', () => {
  it('refreshes up to 250 tokens in one call', async () => {
    upstream.answer({ body: markets })
    const { rows, refused } = await coingecko.markets(['aave', 'multichain'], context())
    expect(rows.map(({ geckoId }) => geckoId)).toEqual(['aave', 'multichain'])
    expect(refused).toEqual([])
    expect(upstream.arrivals.map(({ path }) => path)).toEqual([
      '/api/v3/coins/markets?vs_currency=usd&ids=aave%2Cmultichain&per_page=250&page=1',
    ])
  })

  it('takes no more than 250', () => {
    const ids = Array.from({ length: 251 }, (_, i) => `coin-${i}`)
    expect(() => coingecko.markets(ids, context())).toThrow('Expected 1 to 250 ids in one call, got 251')
  })

  it('fetches the history of a token', async () => {
    upstream.answer({ body: dailyChart })
    const { rows } = await coingecko.marketChart('aave', 365, context())
    expect(rows).toHaveLength(3)
    expect(upstream.arrivals[0]?.path).toBe('/api/v3/coins/aave/market_chart?vs_currency=usd&days=365')
  })
})

describe('a plan', () => {
  it.each([
    ['demo', 'x-cg-demo-api-key'],
    ['pro', 'x-cg-pro-api-key'],
  ] as const)('%s sends its key as %s', async (plan, name) => {
    upstream.answer({ body: [] })
    await another({ coingeckoPlan: plan, coingeckoApiKey: 'CG-key' }).coingecko.markets(['aave'], context())
    expect(upstream.arrivals[0]?.headers[name]).toBe('CG-key')
  })

  it('without a key sends none, even when one is set', async () => {
    upstream.answer({ body: [] })
    await another({ coingeckoApiKey: 'CG-key' }).coingecko.markets(['aave'], context())
    expect(JSON.stringify(upstream.arrivals[0]?.headers)).not.toContain('CG-key')
  })

  it('that needs a key says so at once', () => {
    expect(() => another({ coingeckoPlan: 'pro' })).toThrow(
      "Expected an API key for CoinGecko's pro plan, got none",
    )
  })
})

describe('an error', () => {
  it.each([
    [401, pastYear, 'paid-only', 1],
    [401, wrongPlan, 'unauthorised', 1],
    [404, { error: 'coin not found' }, 'not-found', 1],
    [400, { error: 'invalid vs_currency' }, 'rejected', 1],
    [403, 'Forbidden', 'unauthorised', 1],
    [408, '', 'timeout', 3],
    [500, { status: { error_code: 500, error_message: 'Internal Server Error' } }, 'unavailable', 3],
    [503, '', 'unavailable', 3],
    [429, rateLimited, 'rate-limited', 3],
    [429, '<html>You are being rate limited</html>', 'rate-limited', 3],
    [200, rateLimited, 'rate-limited', 3],
    [200, pastYear, 'paid-only', 1],
    [200, wrongPlan, 'unauthorised', 1],
    [200, { error: 'something odd' }, 'unavailable', 3],
  ] as const)('%i %j is %s, after %i tries', async (status, body, kind, tries) => {
    const { coingecko: own } = another()
    upstream.answer({ status, body })
    await expect(own.marketChart('aave', 365, context())).rejects.toMatchObject({
      source: 'coingecko',
      kind,
      status,
    })
    expect(upstream.arrivals).toHaveLength(tries)
  })

  it('never repeats the key', async () => {
    const { coingecko: own } = another({ coingeckoPlan: 'demo', coingeckoApiKey: 'CG-secret-key' })
    upstream.answer({ status: 401, body: 'no' })
    const error: unknown = await own.markets(['aave'], context()).catch((caught: unknown) => caught)
    expect(String(error)).toMatch(/^UpstreamError: coingecko coins\/markets: HTTP 401/)
    expect(JSON.stringify(error)).not.toContain('CG-secret-key')
  })
})
