import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { claimIdempotencyKey } from '../../src/db/idempotency.ts'
import { startTestApi } from '../support/api.ts'

const { post, db, createKey } = await startTestApi()

const scan = { name: 'scan-protocols', payload: {} }
const under = (key: string) => ({ headers: { 'idempotency-key': key } })
const countRuns = async (): Promise<number> => (await db.selectFrom('jobRuns').select('id').execute()).length

it('A1: makes one job of 200 concurrent submissions under one key', async () => {
  const before = await countRuns()
  const key = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => post<{ id: string }>('/jobs', scan, under(key))),
  )
  const accepted = answers.filter((answer) => answer.status === 202)
  // 503: a machine that is too busy says so in time instead of keeping anybody waiting.
  expect([202, 409, 503]).toEqual(
    expect.arrayContaining([...new Set(answers.map((answer) => answer.status))]),
  )
  const replayed = await post<{ id: string }>('/jobs', scan, under(key))
  expect(replayed.status).toBe(202)
  expect(new Set([...accepted, replayed].map((answer) => answer.body.id)).size).toBe(1)
  expect((await countRuns()) - before).toBe(1)
})

it('A1: replays status, headers and body', async () => {
  const key = randomUUID()
  const first = await post('/jobs', scan, under(key))
  const second = await post('/jobs', scan, under(key))
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect([second.status, second.body, second.headers.get('location')]).toEqual([
    first.status,
    first.body,
    first.headers.get('location'),
  ])
})

it('A1: answers 422 when the key comes with another body or path', async () => {
  const key = randomUUID()
  await post('/jobs', scan, under(key))
  for (const other of [
    await post('/jobs', { name: 'collect-snapshot' }, under(key)),
    await post('/collect', undefined, under(key)),
  ])
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
})

it('A1: answers 409 while the first request is at work', async () => {
  const key = randomUUID()
  const principal = (await db.selectFrom('apiKeys').select('id').executeTakeFirstOrThrow()).id
  await db.transaction().execute(async (tx) => {
    expect(await claimIdempotencyKey(tx, { principal, key })).toMatchObject({ isHeld: true })
    expect(await post('/jobs', scan, under(key))).toMatchObject({
      status: 409,
      body: { code: 'request_in_flight' },
    })
  })
  expect((await post('/jobs', scan, under(key))).status).toBe(202)
})

it('lets a request be sent again after a problem', async () => {
  const key = randomUUID()
  expect((await post('/jobs', { name: 'nothing' }, under(key))).status).toBe(400)
  expect((await post('/jobs', scan, under(key))).status).toBe(202)
})

it('keeps the keys of different people apart', async () => {
  const key = randomUUID()
  const mine = await post<{ id: string }>('/jobs', scan, under(key))
  const theirs = await post<{ id: string }>('/jobs', scan, { ...under(key), key: await createKey('write') })
  expect(theirs.status).toBe(202)
  expect(theirs.body.id).not.toBe(mine.body.id)
})

it('wants a key of visible characters', async () => {
  for (const key of ['two words', 'x'.repeat(256)])
    expect(await post('/jobs', scan, under(key))).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'header.idempotency-key' }] },
    })
})
