import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Admission } from '../../src/sources/admission/admission.ts'
import { createRedisAdmission } from '../../src/sources/admission/redis-admission.ts'
import { readSourceStates } from '../../src/sources/admission/source-states.ts'
import { BudgetWaitError } from '../../src/sources/source-errors.ts'
import { protocol, protocols } from './bodies/defillama.ts'
import { context, startStation } from './support/station.ts'
import { startUpstream } from './support/upstream.ts'

const { upstream, another, events, redis, prefix } = await startStation()
const good = { body: protocols }

describe('what may pass is tried again', () => {
  it('a crash, then an answer', async () => {
    upstream.answer({ status: 500, body: 'Internal Error' }, good)
    expect((await another().defillama.protocols(context())).rows).toHaveLength(4)
    expect(upstream.arrivals).toHaveLength(2)
  })

  it('a body that is cut off', async () => {
    const body = JSON.stringify(protocols)
    const headers = { 'content-length': String(body.length) }
    upstream.answer({ body: body.slice(0, 500), headers, cut: true }, { body: body.slice(0, 500) }, good)
    expect((await another().defillama.protocols(context())).rows).toHaveLength(4)
    expect(upstream.arrivals).toHaveLength(3)
  })

  it('silence', async () => {
    upstream.answer({ silent: true }, good)
    const started = Date.now()
    expect((await another({ timeoutMs: 200 }).defillama.protocols(context())).rows).toHaveLength(4)
    expect(Date.now() - started).toBeLessThan(2500)
  })

  it('a source that is not there at all', async () => {
    const { defillama } = another({ defillamaUrl: 'http://127.0.0.1:9' })
    await expect(defillama.protocols(context())).rejects.toMatchObject({ kind: 'unavailable', status: null })
  })
})

describe('how long the upstream asked to wait', () => {
  it('is waited when it is short', async () => {
    upstream.answer({ status: 429, headers: { 'retry-after': '1' } }, good)
    await another().defillama.protocols(context())
    const [first, second] = upstream.arrivals
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(990)
  })

  it('becomes a delay of the caller when it is long, and nobody calls meanwhile', async () => {
    const { defillama } = another()
    upstream.answer({ status: 429, headers: { 'retry-after': '119' } }, good)
    for (const lane of ['backfill', 'user'] as const) {
      const error = await defillama.protocols(context({ lane })).catch((caught: unknown) => caught)
      if (!(error instanceof BudgetWaitError)) throw new Error('Expected a BudgetWaitError')
      expect(error).toMatchObject({ source: 'defillama', reason: 'rate-limited' })
      expect(error.waitMs).toBeGreaterThan(118_000)
      expect(error.waitMs).toBeLessThanOrEqual(119_000)
    }
    expect(upstream.arrivals).toHaveLength(1)
  })

  it('counts for a 503 too', async () => {
    upstream.answer({ status: 503, headers: { 'retry-after': '60' } }, good)
    await expect(another().defillama.protocols(context())).rejects.toBeInstanceOf(BudgetWaitError)
  })

  it('leaves the other source alone', async () => {
    const { coingecko, defillama } = another()
    upstream.answer({ status: 429, headers: { 'retry-after': '60' } }, good)
    await expect(coingecko.markets(['aave'], context())).rejects.toBeInstanceOf(BudgetWaitError)
    expect((await defillama.protocols(context())).rows).toHaveLength(4)
  })
})

describe('every HTTP call counts', () => {
  const spent = async (own: string) =>
    (await readSourceStates(redis, own)).map(({ callsInWindow }) => callsInWindow)
  const counted = (own: string): Admission =>
    createRedisAdmission({
      redis,
      prefix: own,
      budgets: { coingecko: { calls: 10, windowMs: 60_000 }, defillama: { calls: 100, windowMs: 60_000 } },
      afterDataLoss: 'go-on',
      backoffBaseMs: 10,
      failuresToOpen: 100,
    })

  it('retries and failures', async () => {
    const own = `${prefix}:retries`
    upstream.answer({ status: 500 }, { status: 500 }, good)
    await another({ admission: counted(own) }).defillama.protocols(context())
    expect(await spent(own)).toEqual([0, 3])
  })

  it('redirects, which are followed by hand', async () => {
    const own = `${prefix}:redirects`
    upstream.answer(
      { status: 301, headers: { location: '/a' } },
      { status: 307, headers: { location: '/b' } },
      good,
    )
    const { rows } = await another({ admission: counted(own) }).defillama.protocols(context())
    expect(rows).toHaveLength(4)
    expect(upstream.arrivals.map(({ path }) => path)).toEqual(['/protocols', '/a', '/b'])
    expect(await spent(own)).toEqual([0, 3])
  })

  it('and nothing that was never sent', async () => {
    const own = `${prefix}:late`
    const admission = counted(own)
    let lateAnswers = 2
    const late: Admission = {
      ...admission,
      ask: async (request) => {
        const verdict = await admission.ask(request)
        return verdict.admitted && lateAnswers-- > 0
          ? { ...verdict, sendBefore: performance.now() - 1 }
          : verdict
      },
    }
    upstream.answer(good)
    await another({ admission: late }).defillama.protocols(context())
    expect(upstream.arrivals).toHaveLength(1)
    expect(await spent(own)).toEqual([0, 1])
  })

  it('says how long to wait when the budget is spent', async () => {
    const own = `${prefix}:spent`
    const { coingecko } = another({ admission: counted(own) })
    upstream.answer({ body: [] })
    for (let i = 0; i < 10; i++) await coingecko.markets(['aave'], context())
    await expect(coingecko.markets(['aave'], context())).rejects.toMatchObject({ reason: 'budget-spent' })
    expect(upstream.arrivals).toHaveLength(10)
  })
})

describe('a redirect', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'http://127.0.0.1:1/',
    'no: url',
  ])('to %s is refused', async (location) => {
    upstream.answer({ status: 302, headers: { location } })
    await expect(another().defillama.protocols(context())).rejects.toMatchObject({ kind: 'rejected' })
    expect(upstream.arrivals).toHaveLength(1)
  })

  it('that never ends is given up', async () => {
    upstream.answer({ status: 302, headers: { location: '/protocols' } })
    await expect(another().defillama.protocols(context())).rejects.toThrow(/more than 3 redirects/)
  })
})

describe('a body', () => {
  const text = JSON.stringify(protocols)

  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
  ])('is read through %s', async (encoding, body) => {
    upstream.answer({ body, headers: { 'content-encoding': encoding } })
    expect((await another().defillama.protocols(context())).rows).toHaveLength(4)
  })

  it.each([
    ['gzip', gzipSync(text).subarray(0, 80)],
    ['gzip', Buffer.from(text)],
    ['br', Buffer.from(text)],
  ])('that is no sound %s is malformed', async (encoding, body) => {
    upstream.answer({ body, headers: { 'content-encoding': encoding } })
    await expect(another().defillama.protocols(context())).rejects.toMatchObject({ kind: 'malformed' })
  })

  it('longer than allowed is dropped, also when it was small before decompression', async () => {
    const { defillama } = another({ maxBodyBytes: 1000 })
    upstream.answer({
      body: gzipSync(JSON.stringify([' '.repeat(1e6)])),
      headers: { 'content-encoding': 'gzip' },
    })
    await expect(defillama.protocols(context())).rejects.toMatchObject({ kind: 'too-large' })
    expect(upstream.arrivals).toHaveLength(1)
  })
})

describe('what was stored', () => {
  it('is asked for again only if it has changed', async () => {
    const { defillama } = another()
    upstream.answer({
      body: protocol,
      headers: { etag: 'W/"1"', 'last-modified': 'Mon, 09 Mar 2026 11:00:00 GMT' },
    })
    const first = await defillama.protocol('aave-v3', context({ onlyIfChanged: true }))
    await first.markStored()
    upstream.answer({ status: 304 })
    const second = await defillama.protocol('aave-v3', context({ onlyIfChanged: true }))
    expect(second).toMatchObject({ notModified: true, rows: [], contentHash: first.contentHash })
    expect(upstream.arrivals[0]?.headers).toMatchObject({
      'if-none-match': 'W/"1"',
      'if-modified-since': 'Mon, 09 Mar 2026 11:00:00 GMT',
    })
  })

  it('is asked for in full when it was never stored, or when the caller wants it', async () => {
    const { defillama } = another()
    upstream.answer({ body: protocol, headers: { etag: '"1"' } })
    const first = await defillama.protocol('aave-v3', context({ onlyIfChanged: true }))
    await defillama.protocol('aave-v3', context({ onlyIfChanged: true }))
    await first.markStored()
    await defillama.protocol('aave-v3', context())
    expect(upstream.arrivals.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('costs no call while the upstream itself says that it is fresh', async () => {
    const { defillama } = another()
    upstream.answer({ body: protocol, headers: { 'cache-control': 'public, max-age=300', age: '10' } })
    await (await defillama.protocol('aave-v3', context())).markStored()
    const again = await defillama.protocol('aave-v3', context({ onlyIfChanged: true }))
    expect(again.notModified).toBe(true)
    expect(upstream.arrivals).toHaveLength(1)
  })

  it('does not stay fresh beyond its age', async () => {
    const { defillama } = another()
    upstream.answer({ body: protocol, headers: { 'cache-control': 'max-age=300', age: '300' } })
    await (await defillama.protocol('aave-v3', context())).markStored()
    await defillama.protocol('aave-v3', context({ onlyIfChanged: true }))
    expect(upstream.arrivals).toHaveLength(2)
  })
})

describe('a caller', () => {
  it('who gives up is heard at once, waiting or calling', async () => {
    upstream.answer({ silent: true })
    const controller = new AbortController()
    const call = another().defillama.protocols(context({ signal: controller.signal }))
    setTimeout(() => controller.abort(new Error('the job was cancelled')), 50)
    await expect(call).rejects.toThrow('the job was cancelled')
  })

  it('is told of every call for the metrics', async () => {
    upstream.answer({ status: 500 }, good)
    events.length = 0
    await another().defillama.protocols(context({ lane: 'user' }))
    expect(events).toMatchObject([
      { source: 'defillama', endpoint: 'protocols', lane: 'user', status: 500, outcome: 'unavailable' },
      { source: 'defillama', endpoint: 'protocols', lane: 'user', status: 200, outcome: 'ok' },
    ])
    expect(events[1]?.bytes).toBe(JSON.stringify(protocols).length)
  })
})

describe('a source that keeps failing', () => {
  it('is left alone while the other goes on', async () => {
    const broken = await startUpstream()
    const own = `${prefix}:circuit`
    const admission = createRedisAdmission({
      redis,
      prefix: own,
      budgets: { coingecko: { calls: 100, windowMs: 1000 }, defillama: { calls: 100, windowMs: 1000 } },
      afterDataLoss: 'go-on',
      random: () => 0.9,
    })
    const { coingecko, defillama } = another({ admission, coingeckoUrl: broken.url })
    broken.answer({ status: 500 })
    upstream.answer(good)
    await expect(coingecko.markets(['aave'], context())).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(coingecko.markets(['aave'], context())).rejects.toMatchObject({ reason: 'circuit-open' })
    expect(broken.arrivals).toHaveLength(5)
    expect((await defillama.protocols(context())).rows).toHaveLength(4)
    expect((await readSourceStates(redis, own))[0]).toMatchObject({ circuit: 'open' })
  })

  it('does so not because of one protocol that it does not know', async () => {
    const { defillama } = another()
    upstream.answer({ status: 400, body: 'Protocol not found' })
    for (let i = 0; i < 8; i++) {
      await expect(defillama.protocol('nope', context())).rejects.toMatchObject({ kind: 'not-found' })
    }
  })
})
