import { pino } from 'pino'
import { expect } from 'vitest'
import { schedules } from '../../queues/schedules.ts'
import { loadServiceConfig } from '../../src/config.ts'
import { createApiKey } from '../../src/db/api-keys.ts'
import type { Db } from '../../src/db/connection.ts'
import { findRun } from '../../src/db/job-runs.ts'
import { createRedisAdmission } from '../../src/sources/admission/redis-admission.ts'
import { readSourceStates } from '../../src/sources/admission/source-states.ts'
import { createRedisValidators } from '../../src/sources/http/validators.ts'
import { checkClock } from '../../workers/clock-skew.ts'
import { createWorker } from '../../workers/create-worker.ts'
import type { Handlers } from '../../workers/handler.ts'
import { handlers } from '../../workers/handlers.ts'
import { startMaintenance } from '../../workers/maintenance.ts'
import { openPlatform, type Platform } from '../../workers/platform.ts'
import { createClient, startOn, testConfig } from './api.ts'
import { eventually } from './eventually.ts'

export interface Addresses {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly prefix: string
}

/**
 * Everything that the platform asks of Redis, once: submissions through API, outbox and workers, a retry, a flow with
 * children, schedules, a cancelled run, Bull Board, limits of calls in and out, and conditional requests.
 */
export async function playRound(db: Db, { databaseUrl, redisUrl, prefix }: Addresses): Promise<void> {
  const config = loadServiceConfig({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    TIDEGAUGE_PREFIX: prefix,
    TIDEGAUGE_MARKET_URL: 'http://127.0.0.1:9',
  })
  await using platform = await openPlatform(config, 'test', pino({ level: 'silent' }))
  await checkClock(platform.connection)
  await using api = await startOn(testConfig({ databaseUrl, redisUrl, queuePrefix: prefix }))
  const { key } = await createApiKey(db, { name: 'round', scopes: ['admin'] })
  const { ask, post } = createClient(api.url, key)

  const workers = (['collection', 'training'] as const).map((queue) =>
    createWorker(queue, quickHandlers(), platform, platform.connection),
  )
  await using _maintenance = startMaintenance(platform)
  const submitted = await Promise.all([post('/collect', {}), post('/models/train', { family: 'anomaly' })])
  expect(submitted).toMatchObject([{ status: 202 }, { status: 202 }])
  for (const { body } of submitted)
    await eventually(async () => (await findRun(db, String(body['id'])))?.state === 'completed', 30_000)

  const queues = [...platform.producer.queues.values()]
  const set = (await Promise.all(queues.map((queue) => queue.getJobSchedulers()))).flat()
  expect(set).toHaveLength(schedules.length)

  const held = await post('/jobs', { name: 'scan-protocols', payload: {} })
  expect((await post(`/jobs/${String(held.body['id'])}/cancel`)).status).toBe(202)
  expect((await ask('/admin/queues/api/queues?activeQueue=collection&page=1')).status).toBe(200)
  await playSources(platform)
  // Requests were counted in Redis, and not in the process for want of it.
  expect((await ask<string>('/metrics')).body).toMatch(/tidegauge_rate_limit_fallbacks_total 0/)
  await Promise.all(workers.map((worker) => worker.close()))
}

/** One job that needs a second attempt, and one that waits for two children. */
function quickHandlers(): Handlers {
  let attempts = 0
  return {
    ...handlers,
    'collect-snapshot': () => {
      if (attempts++ === 0) throw new Error('the first attempt fails')
      return Promise.resolve({ protocols: 1, rows: 1, refused: 0, calls: 1 })
    },
    'train-models': async ({ seed }, { waitForChildren, runId }) => {
      const common = { training_run_id: runId, grid: 'quick', seed, as_of: '2026-11-20T00:00:00Z' } as const
      await waitForChildren(
        ['a', 'b'].map((candidate) => ({
          key: candidate,
          name: 'evaluate-candidate',
          payload: { ...common, candidate },
        })),
      )
      return { model_id: runId, version: 1, algorithm: 'none', promoted: false, reason: 'a test' }
    },
    'refresh-catalogue': () => Promise.resolve({ protocols: 0, backfills_queued: 0, refused: 0 }),
    'evaluate-candidate': ({ candidate }) => Promise.resolve({ candidate }),
  }
}

/** What the clients of the sources keep in Redis. */
async function playSources({ connection: redis, prefix }: Platform): Promise<void> {
  const budget = { calls: 1, windowMs: 60_000 }
  const budgets = { coingecko: budget, defillama: budget }
  const admission = createRedisAdmission({ redis, prefix, budgets, afterDataLoss: 'go-on' })
  const request = { source: 'coingecko', lane: 'snapshot', ticket: null } as const
  const first = await admission.ask(request)
  if (!first.admitted) throw new Error('Expected the first call to be admitted')
  await admission.settle('coingecko', first.slot, 10)
  expect(await admission.ask(request)).toMatchObject({ admitted: false })
  await admission.giveBack('coingecko', first.slot)
  await admission.reportSuccess('coingecko')
  await admission.reportFailure('defillama', { kind: 'rate-limited', message: '429', retryAfterMs: 10 })
  expect(await readSourceStates(redis, prefix)).toHaveLength(2)

  const validators = createRedisValidators(redis, prefix)
  const known = { etag: 'x', lastModified: null, contentHash: 'h', freshUntil: 0 }
  await validators.write('http://a', known)
  expect(await validators.read('http://a')).toEqual(known)
}
