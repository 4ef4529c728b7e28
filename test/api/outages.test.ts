import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/db/api-keys.ts'
import { createClient, startOn, startTestApi } from '../support/api.ts'

const { config, db } = await startTestApi()
const { key } = await createApiKey(db, { name: 'outages', scopes: ['admin'] })
const silent = await startSilentServer()
afterAll(() => silent[Symbol.asyncDispose]())

/** Takes connections and never says a word, like a frozen process. */
async function startSilentServer(): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now()
  return { result: await work(), ms: performance.now() - startedAt }
}

describe.each([
  ['down', 1],
  ['frozen', silent.port],
])('with Redis %s', (_state, port) => {
  it('takes submissions through the outbox, reads, limits and says that it is degraded', async () => {
    await using api = await startOn({ ...config, redisUrl: `redis://127.0.0.1:${port}` })
    const { ask, post } = createClient(api.url, key)
    for (let i = 0; i < 3; i++) {
      const { result, ms } = await timed(() => post('/jobs', { name: 'scan-protocols', payload: {} }))
      expect(result.status).toBe(202)
      expect(result.headers.get('ratelimit-remaining')).not.toBeNull()
      expect(ms).toBeLessThan(1_500)
    }
    expect((await ask('/jobs?limit=1')).status).toBe(200)
    const ready = await timed(() => ask('/readyz'))
    expect(ready.result).toMatchObject({ status: 200, body: { status: 'degraded', redis: 'away' } })
    expect(ready.ms).toBeLessThan(1_500)
    expect((await ask('/sources')).body).toMatchObject({ items: [{ live: null }, { live: null }] })
    expect((await ask('/metrics')).body).toMatch(/tidegauge_rate_limit_fallbacks_total [1-9]/)
  })

  it('does not let Bull Board hang', async () => {
    await using api = await startOn({ ...config, redisUrl: `redis://127.0.0.1:${port}` })
    const { result, ms } = await timed(() => createClient(api.url, key).ask('/admin/queues/api/queues'))
    expect(result.status).toBeGreaterThanOrEqual(500)
    expect(ms).toBeLessThan(5_000)
  })
})

describe.each([
  ['down', 1],
  ['frozen', silent.port],
])('with Postgres %s', (_state, port) => {
  it('answers 503 in time, to everybody', async () => {
    await using api = await startOn({ ...config, databaseUrl: `postgres://x:y@127.0.0.1:${port}/z` })
    const { ask, post } = createClient(api.url, key)
    const requests = [() => post('/jobs', { name: 'scan-protocols' }), () => ask('/jobs'), () => ask('/docs')]
    for (const send of requests) {
      const { result, ms } = await timed(send)
      expect(result).toMatchObject({ status: 503, body: { code: 'unavailable' } })
      expect(ms).toBeLessThan(1_700)
    }
    expect((await ask('/livez')).status).toBe(200)
    const ready = await timed(() => ask('/readyz'))
    expect(ready.result).toMatchObject({ status: 503, body: { status: 'unavailable', postgres: 'away' } })
    expect(ready.ms).toBeLessThan(1_700)
  })
})
