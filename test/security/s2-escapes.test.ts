import { request } from 'node:http'
import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import * as migrations from '../../migrations/index.ts'
import { startApi } from '../../src/api/start-api.ts'
import { boardPath } from '../../src/api/board/board.ts'
import { createApiKey } from '../../src/db/api-keys.ts'
import { readSourceStates } from '../../src/sources/admission/source-states.ts'
import { createClient, startTestApi } from '../support/api.ts'
import type { OpenApi } from '../support/generated-requests.ts'

const { ask, post, db, config, url, createKey } = await startTestApi()

describe('S2: a webhook', () => {
  it.each([
    'http://127.0.0.1:8000/hook',
    'http://localhost/hook',
    'http://[::1]/hook',
    'http://[::ffff:10.0.0.1]/hook',
    'http://0.0.0.0/hook',
    'http://2130706433/hook',
    'http://0x7f000001/hook',
    'http://169.254.169.254/latest/meta-data',
    'http://10.1.2.3/hook',
    'http://192.168.0.1/hook',
    'http://100.64.0.1/hook',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'http://user:password@127.0.0.1/hook',
  ])('S2: is not posted to %s', async (target) => {
    const refused = await post('/alert-channels', { kind: 'webhook', name: 'inside', target })
    expect(refused.status).toBe(400)
    const fine = await db.selectFrom('alertChannels').select('id').execute()
    expect(fine).toEqual([])
  })
})

/** As written: `fetch` would tidy a path up before it sends it. */
async function asWritten(path: string, key: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers: { authorization: `Bearer ${key}` } }, (res) => {
      let text = ''
      res.on('data', (bytes: Buffer) => (text += bytes.toString()))
      res.on('end', () => resolve({ status: res.statusCode!, text }))
    })
      .once('error', reject)
      .end()
  })
}

describe('S2: a path', () => {
  const ups = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '....//', '%252e%252e%252f']
  const files = ['package.json', 'etc/passwd']
  it.each(['/', '/docs/', `${boardPath}/static/`, '/protocols/', '/jobs/'])(
    'S2: under %s leads to no file outside',
    async (root) => {
      const key = await createKey('admin')
      for (const up of ups)
        for (const file of files)
          for (const depth of [1, 3, 8]) {
            const path = `${root}${up.repeat(depth)}${file}`
            const { status, text } = await asWritten(path, key)
            expect(status, path).toBeGreaterThanOrEqual(300)
            expect(text, path).not.toMatch(/root:x:0|"scripts"|"dependencies"/)
          }
    },
  )
})

describe('S2: a body or a query', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('S2: with %s changes no prototype', async (name) => {
    const bad = `{"polluted": "yes", "prototype": {"polluted": "yes"}}`
    const bodies = [
      ['/jobs', `{"name": "scan-protocols", "payload": {"${name}": ${bad}}}`],
      ['/jobs', `{"name": "scan-protocols", "${name}": ${bad}}`],
      ['/models/train', `{"family": "risk", "${name}": ${bad}}`],
      ['/alert-channels', `{"kind": "email", "name": "a", "target": "a@example.com", "${name}": ${bad}}`],
    ] as const
    for (const [path, body] of bodies) expect((await post(path, body)).status, path).toBe(400)
    expect((await ask(`/jobs?${name}[polluted]=yes`)).status).toBe(400)
    expect((await ask(`/jobs?${name}=yes`)).status).toBe(400)
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('S2: a secret', () => {
  it('S2: that came in shows up in no log, nowhere in Redis, on no page and in no answer', async () => {
    const canary = `canary${randomBytes(12).toString('hex')}`
    const lines: string[] = []
    const sink = new Writable({
      write(bytes: Buffer, _encoding, done) {
        lines.push(bytes.toString())
        done()
      },
    })
    await using api = await startApi({
      config,
      logger: pino({ level: 'trace' }, sink),
      version: '0.0.0-test',
      newestMigration: Object.keys(migrations).at(-1)!,
      readSourceStates,
      dashboardDir: undefined,
    })
    const { key } = await createApiKey(db, { name: 'canary', scopes: ['admin'] })
    const client = createClient(api.url, key)
    const wrongKey = `tg_${canary}`
    await client.ask('/jobs', { key: wrongKey })
    await client.ask(`/jobs?key=${wrongKey}`)
    await client.ask('/jobs', { headers: { cookie: `tidegauge_session=${canary}.1.${canary}` }, key: null })
    await fetch(`${api.url}/login`, { method: 'POST', body: new URLSearchParams({ key: wrongKey }) })
    await client.post('/jobs', { name: 'scan-protocols', payload: { token: canary } })
    await client.post('/alert-channels', {
      kind: 'webhook',
      name: 'w',
      target: `http://u:${canary}@127.0.0.1/`,
    })
    await client.post('/jobs', { name: 'scan-protocols' }, { headers: { 'idempotency-key': 'k' } })

    const document = (await client.ask<OpenApi>('/openapi.json')).body
    const reads = Object.entries(document.paths).filter(([path, { get }]) => get && !path.includes('{'))
    expect(reads.length).toBeGreaterThan(15)
    const seen = [lines.join(''), await everythingInRedis()]
    for (const path of [...reads.map(([path]) => path), '/', '/docs', boardPath, `${boardPath}/api/queues`])
      seen.push(JSON.stringify((await client.ask(path)).body))
    expect(lines.length).toBeGreaterThan(10)
    for (const text of seen) {
      expect(text).not.toContain(canary)
      expect(text).not.toContain(key)
    }
    expect(JSON.stringify(await db.selectFrom('apiKeys').selectAll().execute())).not.toContain(key)
  })

  async function everythingInRedis(): Promise<string> {
    const redis = new Redis(config.redisUrl)
    const found: string[] = []
    for await (const keys of redis.scanStream({ match: `${config.queuePrefix.replace(/[{}]/g, '?')}*` }))
      for (const key of keys as string[]) found.push(key, String(await redis.dumpBuffer(key)))
    redis.disconnect()
    expect(found.length).toBeGreaterThan(0)
    return found.join('\n')
  }
})
