import { type Job, RateLimitError, UnrecoverableError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueName } from '../queues/contract.ts'
import { isJobName, jobs } from '../queues/jobs.ts'
import { reliability, workerSettings } from '../queues/settings.ts'
import { isDatabaseAway } from '../src/db/errors.ts'
import type { Handlers } from './handler.ts'
import type { Platform } from './platform.ts'
import { type Attempt, cancelled, executeRun } from './run.ts'
import { runIdFrom } from './run-id.ts'

/** A BullMQ worker whose every job is a recorded run: parsed, guarded against double endings, cancellable, explained. */
export function createWorker(
  queue: QueueName,
  handlers: Handlers,
  platform: Platform,
  connection: Redis,
): Worker {
  const worker: Worker = new Worker(
    queue,
    // BullMQ gives the signal only to functions that declare all three parameters.
    async (job: Job, token?: string, signal?: AbortSignal) => {
      try {
        return await executeRun(attemptOf(worker, job, token!, signal!), handlers, platform)
      } catch (error) {
        if (!isDatabaseAway(error)) throw error
        // Not the job's fault: the queue pauses, and no attempt is counted.
        platform.log.warn({ queue, err: error }, 'Postgres is away')
        await platform.producer.queues.get(queue)?.rateLimit(reliability.databaseAwayPauseMs)
        throw new RateLimitError()
      }
    },
    { ...workerSettings, connection, prefix: platform.prefix, concurrency: platform.concurrency[queue] },
  )
  worker.on('error', (err) => platform.log.warn({ queue, err }, 'worker connection'))
  return worker
}

function attemptOf(worker: Worker, job: Job, token: string, signal: AbortSignal): Attempt {
  if (!isJobName(job.name)) throw new UnrecoverableError(`No job is called ${job.name}`)
  const bullJobId = job.id ?? ''
  const isScheduled = bullJobId.startsWith('repeat:')
  return {
    name: job.name,
    contract: jobs[job.name],
    runId: isScheduled ? runIdFrom(bullJobId) : bullJobId,
    isScheduled,
    isLastAttempt: job.attemptsMade + 1 >= jobs[job.name].attempts,
    job,
    token,
    signal,
    cancel: () => worker.cancelJob(bullJobId, cancelled),
  }
}
