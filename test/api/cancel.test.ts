import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { createApiKey } from '../../src/db/api-keys.ts'
import { findRun } from '../../src/db/job-runs.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import type { Handler } from '../../workers/handler.ts'
import type { createThreads } from '../../workers/threads.ts'
import { createClient, startOn } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'
import { drawHistories } from '../training/drawn-histories.ts'

const { platform, work, config } = await openWorkshop()
const { db, producer } = platform
const api = await startOn({ ...config, http: { ...config.http, port: 0 } })
afterAll(() => api[Symbol.asyncDispose]())
const { post } = createClient(api.url, (await createApiKey(db, { name: 'tester', scopes: ['write'] })).key)

// Threads load compiled code.
const compiled = new URL('../../dist/workers/threads.js', import.meta.url)
const threads = ((await import(compiled.href)) as { createThreads: typeof createThreads }).createThreads(1)
afterAll(() => threads.close())

/** Stands for a job that waits for something: a page, or a statement. */
const longBackfill: Handler<'backfill-protocol'> = async ({ protocol_id: id }, { signal }) => {
  if (id === 'cpu-bound') await threads.run('fitAnomaly', muchWork, { signal })
  else await sleep(60_000, undefined, { signal })
  await db.insertInto('settings').values({ name: id, value: 'true' }).execute()
  return { rows: 1, refused: 0 }
}

/** Minutes of it. */
const muchWork = {
  histories: drawHistories(3_000, 500),
  asOfDay: drawHistories(1, 1)[0]!.series.firstDay + 499,
  options: { seed: 1, trainingRows: 4_000 },
}

const submit = async (protocol: string): Promise<string> =>
  (await submitJob(db, 'backfill-protocol', { protocol_id: protocol }, { origin: 'api', lane: 'user' })).runId

async function secondsUntilCancelled(id: string): Promise<number> {
  const askedAt = performance.now()
  expect((await post(`/jobs/${id}/cancel`)).status).toBe(202)
  await eventually(async () => (await findRun(db, id))?.state === 'cancelled')
  return (performance.now() - askedAt) / 1000
}

it('A3: a queued job is cancelled within a second, and never starts', async () => {
  const id = await submit('queued')
  await relayOutbox(db, producer)
  expect(await secondsUntilCancelled(id)).toBeLessThanOrEqual(1)
  work('collection', { 'backfill-protocol': longBackfill })
  await eventually(
    async () => (await producer.queues.get('collection')!.getJob(id))?.finishedOn !== undefined,
  )
  expect(await findRun(db, id)).toMatchObject({ state: 'cancelled', attempt: 0, startedAt: null })
})

it.each([
  ['running', 5],
  ['cpu-bound', 10],
])('A3: a %s job is cancelled within %i seconds, and writes nothing after', async (protocol, seconds) => {
  const id = await submit(protocol)
  await relayOutbox(db, producer)
  await eventually(async () => (await findRun(db, id))?.state === 'active')
  expect(await secondsUntilCancelled(id)).toBeLessThanOrEqual(seconds)
  expect(await db.selectFrom('settings').select('name').where('name', '=', protocol).execute()).toEqual([])
  expect((await findRun(db, id))?.attempt).toBe(1)
})
