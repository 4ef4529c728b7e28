import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InputError } from '../../../src/errors.ts'
import { startMarketServer, type MarketServer } from '../../../src/market/server/market-server.ts'
import { tinyDataset } from './tiny-dataset.ts'

let market: MarketServer
beforeAll(async () => {
  market = await startMarketServer({ dataset: tinyDataset(), mode: 'replay', asOf: '2022-01-10' })
})
afterAll(() => market.close())

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(`${market.url}${path}`, init)

describe('a market server', () => {
  it('says where the market stands', async () => {
    expect(await (await get('/market')).json()).toEqual({
      mode: 'replay',
      as_of: '2022-01-10T12:00:00.000Z',
      first_date: '2022-01-01',
      last_date: '2022-01-12',
      protocols: 5,
      speed_seconds_per_day: null,
    })
  })

  it('answers 304 to whom has the body already, and compresses large ones', async () => {
    const first = await get('/llama/protocols')
    expect(first.headers.get('content-encoding')).toBe('gzip')
    const etag = first.headers.get('etag')!
    const second = await get('/llama/protocols', { headers: { 'if-none-match': etag } })
    expect([second.status, await second.text()]).toEqual([304, ''])
  })

  it('refuses other methods, other paths and badly encoded ones in plain text', async () => {
    expect((await get('/llama/protocols', { method: 'POST' })).status).toBe(405)
    expect((await get('/elsewhere')).status).toBe(404)
    expect((await get('/llama/protocol/%E0%A4%A')).status).toBe(400)
    const paid = await get('/llama/yields')
    expect([paid.status, await paid.text()]).toEqual([
      402,
      expect.stringMatching(/^Upgrade to the paid API plan/),
    ])
  })

  it('moves on by one day each so many seconds and stops on the last day', async () => {
    const clock = { at: 1_000_000, now: () => clock.at }
    await using moving = await startMarketServer({
      dataset: tinyDataset(),
      mode: 'replay',
      asOf: '2022-01-10',
      speedSecondsPerDay: 2,
      clock,
    })
    const asOfAfter = async (ms: number): Promise<unknown> => {
      clock.at = 1_000_000 + ms
      return ((await (await fetch(`${moving.url}/market`)).json()) as { as_of: string }).as_of
    }
    expect(await asOfAfter(1999)).toBe('2022-01-10T12:00:00.000Z')
    expect(await asOfAfter(2000)).toBe('2022-01-11T12:00:00.000Z')
    expect(await asOfAfter(1e9)).toBe('2022-01-12T12:00:00.000Z')
  })

  it('refuses a date outside the dataset, a speed of 0 and a taken port', async () => {
    const start = (options: object) =>
      startMarketServer({ dataset: tinyDataset(), mode: 'replay', ...options })
    await expect(start({ asOf: '2022-01-13' })).rejects.toThrow(
      new InputError('Expected the as-of date to be one from 2022-01-01 to 2022-01-12, got "2022-01-13"'),
    )
    await expect(start({ speedSecondsPerDay: 0 })).rejects.toThrow(InputError)
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(start({ port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken; choose another`)
    other.close()
  })

  it('closes at once, and more than once', async () => {
    const closing = await startMarketServer({ dataset: tinyDataset(), mode: 'replay' })
    await fetch(`${closing.url}/market`)
    await closing.close()
    await closing.close()
    await expect(fetch(`${closing.url}/market`)).rejects.toThrow()
  })
})

describe('the ledger', () => {
  it('sees the most calls that any window held, per API, refused calls too', async () => {
    const clock = { at: 0, now: () => clock.at }
    await using timed = await startMarketServer({ dataset: tinyDataset(), mode: 'replay', clock })
    for (const at of [0, 10_000, 59_999, 60_000, 130_000]) {
      clock.at = at
      await fetch(`${timed.url}/coingecko/api/v3/coins/none/market_chart?vs_currency=usd&days=1`)
    }
    await fetch(`${timed.url}/coins-llama/prices/current/coingecko:none`)
    expect(timed.ledger.maxInWindow('coingecko', 60_000)).toBe(3)
    expect(await (await fetch(`${timed.url}/market/ledger?window_ms=1000`)).json()).toEqual({
      window_ms: 1000,
      coingecko: { calls: 5, max_in_window: 2 },
      defillama: { calls: 1, max_in_window: 1 },
    })
    expect(timed.ledger.entries('coingecko')[0]).toEqual({
      at: 0,
      api: 'coingecko',
      path: '/coins/none/market_chart?vs_currency=usd&days=1',
      status: 404,
      fault: null,
    })
  })

  it('backs the limits that the server can enforce', async () => {
    const clock = { at: 0, now: () => clock.at }
    const limits = { coingecko: { calls: 2, windowMs: 60_000 } }
    await using strict = await startMarketServer({ dataset: tinyDataset(), mode: 'replay', clock, limits })
    const ping = (): Promise<Response> => fetch(`${strict.url}/coingecko/api/v3/ping`)
    expect([(await ping()).status, (await ping()).status]).toEqual([200, 200])
    const refused = await ping()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await refused.json()).toMatchObject({ status: { error_code: 429 } })
    clock.at = 59_999
    expect((await ping()).status).toBe(429)
    clock.at = 60_000
    expect((await ping()).status).toBe(200)
  })
})
