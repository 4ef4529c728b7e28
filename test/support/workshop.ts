import type { Worker } from 'bullmq'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import type { QueueName } from '../../queues/contract.ts'
import { loadServiceConfig, type ServiceConfig } from '../../src/config.ts'
import { findRun, type JobRun, terminalStates } from '../../src/db/job-runs.ts'
import { createWorker } from '../../workers/create-worker.ts'
import type { Handlers } from '../../workers/handler.ts'
import { handlers } from '../../workers/handlers.ts'
import { openPlatform, type Platform } from '../../workers/platform.ts'
import { cloneDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { testRedis } from './redis.ts'

export interface Workshop {
  readonly platform: Platform
  readonly config: ServiceConfig
  /** What makes a worker process of the product work here. */
  readonly environment: Readonly<Record<string, string>>
  /** A worker of the product on one queue, with some jobs done in another way; closed after the file. */
  work(queue: QueueName, other?: Partial<Handlers>): Worker
  /** The run as it is once it has ended. */
  ended(runId: string, deadlineMs?: number): Promise<JobRun>
}

/** A worker process's insides on a database and a prefix of its own. Call it at the top of the file. */
export async function openWorkshop(
  marketUrl = 'http://127.0.0.1:9',
  settings: Readonly<Record<string, string>> = {},
): Promise<Workshop> {
  const { url } = await cloneDatabase()
  const redis = testRedis()
  const environment = {
    DATABASE_URL: url,
    REDIS_URL: redis.url,
    TIDEGAUGE_PREFIX: redis.prefix,
    TIDEGAUGE_MARKET_URL: marketUrl,
    ...settings,
  }
  const config = loadServiceConfig(environment)
  const platform = await openPlatform(config, 'test', pino({ level: 'silent' }))
  const workers: Worker[] = []
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.close()))
    await platform[Symbol.asyncDispose]()
  })
  return {
    platform,
    config,
    environment,
    work(queue, other = {}) {
      const worker = createWorker(queue, { ...handlers, ...other }, platform, platform.connection)
      workers.push(worker)
      return worker
    },
    ended: (runId, deadlineMs) =>
      eventually(async () => {
        const run = await findRun(platform.db, runId)
        return (terminalStates as readonly string[]).includes(run?.state ?? '') && run
      }, deadlineMs),
  }
}
