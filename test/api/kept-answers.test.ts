import { sql } from 'kysely'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createKeptAnswers } from '../../src/api/kept-answers.ts'
import { routes } from '../../src/api/routes/index.ts'
import { createApiKey, revokeApiKey } from '../../src/db/api-keys.ts'
import { createClient, startOn, startTestApi } from '../support/api.ts'
import { makeCurrent, storeModel, storeProtocol, storeRisk, storeScan } from '../support/stored-results.ts'

const { ask, db, config, url } = await startTestApi()
const riskModel = await storeModel(db, 'risk')
const anomalyModel = await storeModel(db, 'anomaly')
await makeCurrent(db, 'risk', riskModel)
await makeCurrent(db, 'anomaly', anomalyModel)
await storeProtocol(db, 'aave')
await storeRisk(db, 'aave', riskModel)
const firstScan = await storeScan(db, anomalyModel, { aave: 0.5 })

const newestScanId = async (): Promise<unknown> => (await ask('/anomaly/scan')).body['scan_id']

/** Milliseconds until `isNew` first answers yes. */
async function delayUntil(isNew: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now()
  while (!(await isNew())) if (performance.now() - startedAt > 5_000) throw new Error('Still old after 5 s')
  return performance.now() - startedAt
}

describe('an answer that is kept', () => {
  it('is new as soon as a scan, a score, a model or a name has changed', async () => {
    // The first sign of life has come by then.
    await expect.poll(async () => (await ask('/anomaly/scan')).status).toBe(200)
    const changes: [change: () => Promise<unknown>, path: string][] = [
      [() => storeScan(db, anomalyModel, { aave: 0.9 }), '/anomaly/scan'],
      [() => storeScan(db, anomalyModel, { aave: 0.7 }), '/anomaly/protocols/aave'],
      [() => db.updateTable('riskScores').set({ confidence: 0.123 }).execute(), '/risk/protocols/aave'],
      [() => db.updateTable('protocols').set({ name: 'Aave V9' }).execute(), '/risk/protocols'],
      [async () => makeCurrent(db, 'risk', await storeModel(db, 'risk')), '/features/importance'],
    ]
    const delays: number[] = []
    for (const [change, path] of changes) {
      const before = JSON.stringify((await ask(path)).body)
      await change()
      delays.push(await delayUntil(async () => JSON.stringify((await ask(path)).body) !== before))
    }
    expect(Math.max(...delays)).toBeLessThan(1_000)
    await makeCurrent(db, 'risk', riskModel)
    // The tests that follow begin when this has been heard of.
    await delayUntil(async () => (await ask('/risk/protocols/aave')).body['model_id'] === riskModel)
  })

  it('does not ask Postgres', async () => {
    await ask('/risk/protocols/aave')
    await db.transaction().execute(async (tx) => {
      await sql`lock table risk_scores in access exclusive mode`.execute(tx)
      expect((await ask('/risk/protocols/aave')).status).toBe(200)
      expect((await ask('/risk/protocols/aave/history?limit=3')).status).toBe(503)
    })
  })

  it('is only for keys, and counts against their limit', async () => {
    await ask('/anomaly/scan')
    const headers = (await ask('/anomaly/scan')).headers
    const remaining = Number(headers.get('ratelimit-remaining'))
    expect(Number((await ask('/anomaly/scan')).headers.get('ratelimit-remaining'))).toBe(remaining - 1)
    expect((await ask('/anomaly/scan', { key: null })).status).toBe(401)
    expect((await ask('/anomaly/scan', { key: 'tg_unknown' })).status).toBe(401)
  })

  it('is the same packed, plain, for HEAD and as 304', async () => {
    const packed = await ask('/anomaly/protocols/aave', { headers: { 'accept-encoding': 'gzip' } })
    const plain = await ask('/anomaly/protocols/aave', { headers: { 'accept-encoding': 'identity' } })
    expect(plain.body).toEqual(packed.body)
    const etag = plain.headers.get('etag')!
    expect(packed.headers.get('etag')).toBe(etag)
    const head = await ask('/anomaly/protocols/aave', { method: 'HEAD' })
    expect([head.status, head.headers.get('etag')]).toEqual([200, etag])
    const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' }
    expect((await ask('/anomaly/protocols/aave', { headers })).status).toBe(304)
  })

  it('does not outlive the connection on which changes are told', async () => {
    expect(await newestScanId()).not.toBe(firstScan)
    const listener = sql`application_name = 'tidegauge changes' and datname = current_database()`
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where ${listener}`.execute(db)
    const missed = await storeScan(db, anomalyModel, { aave: 0.3 })
    expect(await delayUntil(async () => (await newestScanId()) === missed)).toBeLessThan(2_500)
    const isBack = async (): Promise<boolean> =>
      (await sql`select from pg_stat_activity where ${listener}`.execute(db)).rows.length > 0
    expect(await delayUntil(isBack)).toBeLessThan(4_000)
  })

  it('is made of tables only whose changes are told', async () => {
    const told = (
      await sql<{ name: string }>`
        select relname as name from pg_trigger join pg_class on pg_class.oid = tgrelid where tgname like '%_tell'`.execute(
        db,
      )
    ).rows.map((row) => row.name)
    const role = `kept_${Date.now()}`
    await sql`create role ${sql.id(role)} login password 'x'`.execute(db)
    await sql`grant select on ${sql.join(told.map((name) => sql.table(name)))} to ${sql.id(role)}`.execute(db)
    const databaseUrl = new URL(config.databaseUrl)
    databaseUrl.username = role
    databaseUrl.password = 'x'
    const { key } = await createApiKey(db, { name: 'reader', scopes: ['read'] })
    const kept = routes.filter((route) => route.isKept)
    expect(kept.length).toBeGreaterThan(8)
    {
      await using api = await startOn({ ...config, databaseUrl: databaseUrl.href })
      const scan = await newestScanId()
      for (const { path } of kept) {
        const target = path.replace('/scans/{id}', `/scans/${String(scan)}`).replace('{id}', 'aave')
        expect(await createClient(api.url, key).ask(target), target).toMatchObject({ status: 200 })
      }
    }
    await sql`drop owned by ${sql.id(role)}`.execute(db)
    await sql`drop role ${sql.id(role)}`.execute(db)
  })
})

it('a revoked key opens nothing from that moment on', async () => {
  const delays: number[] = []
  for (let i = 0; i < 9; i++) {
    const { id, key } = await createApiKey(db, { name: 'short', scopes: ['read'] })
    const client = createClient(url, key)
    expect((await client.ask('/anomaly/scan')).status).toBe(200)
    await revokeApiKey(db, id)
    delays.push(await delayUntil(async () => (await client.ask('/anomaly/scan')).status === 401))
  }
  // Without being told, a process would know within a second; one hiccup of a busy machine is allowed.
  expect(delays.filter((ms) => ms < 300).length).toBeGreaterThanOrEqual(8)
})

describe('what is kept', () => {
  afterEach(() => void vi.useRealTimers())
  const keep = (options: { maxBytes?: number; hearsOfChanges?: () => boolean } = {}) =>
    createKeptAnswers({ maxBytes: 1_000_000, hearsOfChanges: () => true, ...options })

  it('is made once for all who ask at the same time', async () => {
    const answers = keep()
    let made = 0
    const make = async () => Promise.resolve({ made: ++made })
    const both = await Promise.all([answers.make('a', make), answers.make('a', make)])
    expect(both.map((answer) => answer.plain)).toEqual(['{"made":1}', '{"made":1}'])
    expect(answers.find('a')?.plain).toBe('{"made":1}')
  })

  it('is nothing that was read before a change', async () => {
    const answers = keep()
    let finish = (_value: unknown): void => undefined
    const making = answers.make('a', () => new Promise((resolve) => (finish = resolve)))
    answers.forget()
    const again = answers.make('a', () => Promise.resolve('new'))
    finish('old')
    expect([(await making).plain, (await again).plain]).toEqual(['"old"', '"new"'])
    expect(answers.find('a')?.plain).toBe('"new"')
  })

  it('is no failure', async () => {
    const answers = keep()
    await expect(answers.make('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect((await answers.make('a', () => Promise.resolve(1))).plain).toBe('1')
  })

  it('stays below its bound, and what was asked for longest ago goes first', async () => {
    const answers = keep({ maxBytes: 30 })
    for (const name of ['a', 'b', 'c']) await answers.make(name, () => Promise.resolve('12345678'))
    answers.find('a')
    await answers.make('d', () => Promise.resolve('12345678'))
    expect(['a', 'b', 'c', 'd'].filter((name) => answers.find(name))).toEqual(['a', 'c', 'd'])
  })

  it('is kept for a second where changes are not heard of', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    let isLive = true
    const answers = keep({ hearsOfChanges: () => isLive })
    await answers.make('a', () => Promise.resolve(1))
    vi.advanceTimersByTime(60_000)
    expect(answers.find('a')).toBeDefined()
    isLive = false
    expect(answers.find('a')).toBeUndefined()
    await answers.make('a', () => Promise.resolve(2))
    vi.advanceTimersByTime(900)
    expect(answers.find('a')).toBeDefined()
    vi.advanceTimersByTime(200)
    expect(answers.find('a')).toBeUndefined()
  })
})
