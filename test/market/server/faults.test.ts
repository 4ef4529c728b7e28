import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startMarketServer, type MarketServer } from '../../../src/market/server/market-server.ts'
import { tinyDataset } from './tiny-dataset.ts'

const clock = { now: () => Date.parse('2026-03-09T03:27:53Z') }
let market: MarketServer
beforeEach(async () => {
  market = await startMarketServer({ dataset: tinyDataset(), mode: 'replay', asOf: '2022-01-10', clock })
})
afterEach(() => market.close())

const put = (plan: unknown): Promise<Response> =>
  fetch(`${market.url}/market/faults`, {
    method: 'PUT',
    body: typeof plan === 'string' ? plan : JSON.stringify(plan),
  })
const play = async (...faults: object[]): Promise<void> => {
  expect((await put({ seed: 3, faults })).status).toBe(200)
}
const gecko = (signal?: AbortSignal): Promise<Response> =>
  fetch(`${market.url}/coingecko/api/v3/coins/swap/market_chart?vs_currency=usd&days=9&interval=daily`, {
    signal: signal ?? null,
  })
const llama = (): Promise<Response> => fetch(`${market.url}/llama/protocol/lender`)

describe('the fault plan', () => {
  it('plays the first fault that matches API and path, as often as asked, and tells how often', async () => {
    await play(
      { kind: 'server-error', api: 'defillama', path: '/protocol/*', count: 2 },
      { kind: 'html', api: 'coingecko' },
    )
    expect([(await llama()).status, (await llama()).status, (await llama()).status]).toEqual([500, 500, 200])
    expect((await fetch(`${market.url}/llama/protocols`)).status).toBe(200)
    expect((await gecko()).headers.get('content-type')).toMatch(/^text\/html/)
    expect(await (await fetch(`${market.url}/market/faults`)).json()).toMatchObject({
      seed: 3,
      faults: [
        { kind: 'server-error', played: 2, probability: 1 },
        { kind: 'html', played: 1, path: '*' },
      ],
    })
    expect(market.ledger.entries('defillama').map(({ status, fault }) => [status, fault])).toEqual([
      [500, 'server-error'],
      [500, 'server-error'],
      [200, null],
      [200, null],
    ])
  })

  it('plays with the given probability, the same way for the same seed', async () => {
    const statuses = async (): Promise<number[]> => {
      await play({ kind: 'server-error', probability: 0.5 })
      const seen: number[] = []
      for (let i = 0; i < 40; i++) seen.push((await llama()).status)
      return seen
    }
    const first = await statuses()
    const failures = first.filter((status) => status === 500).length
    expect(failures).toBeGreaterThan(8)
    expect(failures).toBeLessThan(32)
    expect(await statuses()).toEqual(first)
  })

  it('ends when it is deleted', async () => {
    await play({ kind: 'server-error' })
    expect((await fetch(`${market.url}/market/faults`, { method: 'DELETE' })).status).toBe(204)
    expect((await llama()).status).toBe(200)
  })

  it.each([
    [{ faults: [{ kind: 'html', often: 3 }] }, 'faults.0.often', 'unknown field'],
    [{ faults: [], speed: 1 }, 'speed', 'unknown field'],
    [{ faults: [{ kind: 'fire' }] }, 'faults.0.kind', /^Invalid option/],
    [{ faults: [{ kind: 'html', probability: 2 }] }, 'faults.0.probability', /<=1$/],
    [{}, 'faults', /expected array/],
    ['{', '(body)', /JSON/],
  ])('refuses %j and names the field, leaving the faults as they were', async (plan, field, message) => {
    await play({ kind: 'server-error' })
    const response = await put(plan)
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/problem+json'])
    const { errors } = (await response.json()) as { errors: { field: string; message: string }[] }
    expect(errors).toEqual([{ field, message: expect.stringMatching(message) as string }])
    expect((await llama()).status).toBe(500)
  })
})

describe('a fault', () => {
  it('rate-limit-*: refuses with each form of header that was seen', async () => {
    const headers = async (kind: string, name: string): Promise<[number, string | null]> => {
      await play({ kind, retry_after_seconds: 7 })
      const response = await gecko()
      expect(await response.text()).toMatch(/Rate Limit|Too Many Requests/)
      return [response.status, response.headers.get(name)]
    }
    expect(await headers('rate-limit-seconds', 'retry-after')).toEqual([429, '7'])
    expect(await headers('rate-limit-date', 'retry-after')).toEqual([429, 'Mon, 09 Mar 2026 03:28:00 GMT'])
    expect(await headers('rate-limit-reset', 'x-ratelimit-reset')).toEqual([429, '2026-03-09 03:28:00 +0000'])
    expect(await headers('rate-limit-html', 'content-type')).toEqual([429, 'text/html'])
    expect((await headers('rate-limit-in-200', 'retry-after'))[0]).toBe(200)
    await play({ kind: 'rate-limit-seconds' })
    expect(await (await llama()).text()).toBe('Too Many Requests')
  })

  it.each([
    ['server-error', 500, 'text/plain; charset=utf-8', /^Internal Error$/],
    ['payment-required', 402, 'text/plain; charset=utf-8', /^Upgrade to the paid/],
    ['forbidden-html', 403, 'text/html; charset=UTF-8', /Cloudflare/],
    ['html', 200, 'text/html; charset=UTF-8', /^<!DOCTYPE html>/],
    ['error-in-200', 200, 'text/plain; charset=utf-8', /^Internal Error$/],
  ])('%s: answers %i', async (kind, status, type, body) => {
    await play({ kind })
    const response = await llama()
    expect([response.status, response.headers.get('content-type')]).toEqual([status, type])
    expect(await response.text()).toMatch(body)
  })

  it.each(['truncated-json', 'garbage', 'nan-literal'])('%s: is no JSON, with status 200', async (kind) => {
    await play({ kind })
    const response = await llama()
    const body = await response.text()
    expect(response.status).toBe(200)
    expect(body.length).toBeGreaterThan(0)
    expect(() => JSON.parse(body) as unknown).toThrow(SyntaxError)
  })

  it('bad-numbers: spoils a share of the numbers and leaves the rest as they are', async () => {
    const { prices: good } = (await (await gecko()).json()) as { prices: unknown[][] }
    await play({ kind: 'bad-numbers', share: 0.5 })
    const { prices: spoilt } = (await (await gecko()).json()) as { prices: unknown[][] }
    const pairs = good.flatMap((point, i) => point.map((value, k) => [value, spoilt[i]![k]] as const))
    const changed = pairs.filter(([before, after]) => before !== after).map(([, after]) => after)
    expect(changed.length).toBeGreaterThan(3)
    expect(changed.length).toBeLessThan(pairs.length)
    for (const value of changed)
      expect(typeof value !== 'number' || value < 0 || value > 1e100 ? 'bad' : value).toBe('bad')
  })

  it('hang: never answers', async () => {
    await play({ kind: 'hang' })
    await expect(gecko(AbortSignal.timeout(150))).rejects.toThrow(/timeout/)
  })

  it('hang-midway and cut-connection: begin and do not end', async () => {
    await play({ kind: 'hang-midway' })
    const begun = await gecko(AbortSignal.timeout(300))
    expect(begun.status).toBe(200)
    await expect(begun.text()).rejects.toThrow(/timeout/)
    await play({ kind: 'cut-connection' })
    await expect(llama().then((response) => response.text())).rejects.toThrow()
  })

  it('huge-body: is as large as asked for and still the same JSON, streamed', async () => {
    await play({ kind: 'huge-body', bytes: 3_000_000 })
    const response = await llama()
    expect(response.headers.get('content-length')).toBeNull()
    const body = await response.text()
    expect(body.length).toBeGreaterThan(3_000_000)
    expect((JSON.parse(body) as { tvl: unknown[] }).tvl).toHaveLength(11)
    const list = await (await fetch(`${market.url}/llama/protocols`)).text()
    expect(list.length).toBeGreaterThan(3_000_000)
    expect(JSON.parse(list)).toHaveLength(6)
  })

  it('huge-body: stops when the client leaves', async () => {
    await play({ kind: 'huge-body', bytes: 4e9 })
    const response = await llama()
    await response.body!.cancel()
    await market.close()
  })
})

it('the ledger lists the calls of one API on request and can be cleared', async () => {
  await gecko()
  const { entries } = (await (await fetch(`${market.url}/market/ledger?entries=coingecko`)).json()) as {
    entries: { path: string; status: number }[]
  }
  expect(entries).toEqual([
    expect.objectContaining({
      status: 200,
      path: '/coins/swap/market_chart?vs_currency=usd&days=9&interval=daily',
    }),
  ])
  expect((await fetch(`${market.url}/market/ledger`, { method: 'DELETE' })).status).toBe(204)
  expect(market.ledger.entries('coingecko')).toEqual([])
  expect((await fetch(`${market.url}/market/ledger?window_ms=0`)).status).toBe(400)
  expect((await fetch(`${market.url}/market/ledger?entries=others`)).status).toBe(400)
})
