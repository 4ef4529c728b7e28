import { afterAll, expect, it } from 'vitest'
import { findRun } from '../../src/db/job-runs.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { eventually } from '../support/eventually.ts'
import { startRedisServer } from '../support/redis-servers.ts'
import { openWorkshop } from '../support/workshop.ts'

const server = await startRedisServer()
afterAll(() => server[Symbol.asyncDispose]())
const { platform, work, ended } = await openWorkshop(undefined, {
  REDIS_URL: `redis://127.0.0.1:${server.port}`,
})
const { connection, db, producer } = platform

/** As budgets and children do it: in a script. */
const writeToRedis = () => connection.eval("return redis.call('set', KEYS[1], '1')", 1, 'written-by-a-job')

it('lets jobs wait while Redis is full, and counts neither an attempt nor a crash', async () => {
  let starts = 0
  work('collection', {
    async 'backfill-prices'() {
      if (++starts === 1) await server.admin.config('SET', 'maxmemory', '1mb')
      await writeToRedis()
      return { rows: 0, refused: 0 }
    },
  })
  const { runId } = await submitJob(db, 'backfill-prices', { gecko_ids: ['any'] }, { origin: 'job' })
  await relayOutbox(db, producer)
  await eventually(async () => (await findRun(db, runId))?.step === 'handed back: Redis was full')
  await server.admin.config('SET', 'maxmemory', '0')

  expect(await ended(runId)).toMatchObject({ state: 'completed', crashes: 0, error: null })
  expect(starts).toBeGreaterThan(1)
  const job = await eventually(async () => {
    const found = await producer.queues.get('collection')!.getJob(runId)
    return found?.finishedOn !== undefined && found
  })
  expect(job).toMatchObject({ attemptsMade: 1, stalledCounter: 0 })
})
