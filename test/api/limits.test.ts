import { describe, expect, it } from 'vitest'
import { createClient, startOn, startTestApi } from '../support/api.ts'

const { config, createKey, url } = await startTestApi({
  http: { host: '127.0.0.1', port: 0, rateLimit: { calls: 5, windowMs: 60_000 }, sessionSecret: undefined },
})

describe('the limit of requests', () => {
  it('is per key, is told in headers, and ends in 429 with Retry-After', async () => {
    const { ask } = createClient(url, await createKey('read'))
    const remaining: (string | null)[] = []
    for (let i = 0; i < 5; i++) {
      const { status, headers } = await ask('/jobs')
      expect(status).toBe(200)
      expect(headers.get('ratelimit-limit')).toBe('5')
      remaining.push(headers.get('ratelimit-remaining'))
    }
    expect(remaining).toEqual(['4', '3', '2', '1', '0'])
    const refused = await ask('/jobs')
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask('/jobs', { key: await createKey('read') })).status).toBe(200)
    expect((await ask('/livez')).status).toBe(200)
  })

  it('is shared by all web processes', async () => {
    await using other = await startOn(config)
    const key = await createKey('read')
    const [here, there] = [createClient(url, key), createClient(other.url, key)]
    for (let i = 0; i < 5; i++) expect((await here.ask('/jobs')).status).toBe(200)
    // The other process hears of it within a moment; it may let through what comes in before.
    await expect.poll(async () => (await there.ask('/jobs')).status, { timeout: 5_000 }).toBe(429)
  })
})
