import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq'
import type { RedisConnection } from '../queues/connection.ts'
import type { QueueName } from '../queues/contract.ts'
import { isJobName, jobs } from '../queues/jobs.ts'
import { isScheduledJob, runIdOf } from '../queues/run-id.ts'
import { reliability, workerSettings } from '../queues/settings.ts'
import { isDatabaseAway } from '../src/db/errors.ts'
import { traceHooks } from '../src/tracing/trace-hooks.ts'
import type { Handlers } from './handler.ts'
import type { Platform } from './platform.ts'
import { type Attempt, cancelled, executeRun } from './run.ts'

/** A BullMQ worker whose every job is a recorded run: parsed, guarded against double endings, cancellable, explained. */
export function createWorker(
  queue: QueueName,
  handlers: Handlers,
  platform: Platform,
  connection: RedisConnection,
): Worker {
  const telemetry = traceHooks()?.telemetry
  const worker: Worker = new Worker(
    queue,
    // BullMQ gives the signal only to functions that declare all three parameters.
    async (job: Job, token?: string, signal?: AbortSignal) => {
      const giveBack = platform.activity.hold(queue)
      try {
        return await workOn(attemptOf(worker, job, token!, signal!), handlers, platform)
      } finally {
        giveBack()
      }
    },
    {
      ...workerSettings,
      connection,
      prefix: platform.prefix,
      concurrency: platform.concurrency[queue],
      ...(telemetry && { telemetry }),
    },
  )
  worker.on('error', (err) => platform.troubles.report('worker connection', err, { queue }))
  return worker
}

async function workOn(attempt: Attempt, handlers: Handlers, platform: Platform): Promise<unknown> {
  const { job, runId, signal, token } = attempt
  // BullMQ counts how often a job was found without its worker.
  const isSuspect = job.stalledCounter > 0
  const endTurn = isSuspect ? await orHandOver(platform.suspects.turn(signal), attempt) : undefined
  try {
    return await executeRun(attempt, handlers, platform)
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    // Not the job's fault: it waits, and no attempt is counted.
    await orHandOver(platform.databaseGate.handBack(runId, signal, error), attempt)
    await job.moveToDelayed(Date.now() + reliability.databaseAwayPauseMs, token)
    throw new DelayedError()
  } finally {
    endTurn?.()
  }
}

/** A worker that is stopped while it waits on behalf of a job hands the job over. */
async function orHandOver<T>(wait: Promise<T>, { job, token, signal }: Attempt): Promise<T> {
  try {
    return await wait
  } catch (error) {
    if (!signal.aborted) throw error
    await job.moveToDelayed(Date.now(), token)
    throw new DelayedError()
  }
}

function attemptOf(worker: Worker, job: Job, token: string, signal: AbortSignal): Attempt {
  if (!isJobName(job.name)) throw new UnrecoverableError(`No job is called ${job.name}`)
  const bullJobId = job.id ?? ''
  return {
    name: job.name,
    contract: jobs[job.name],
    runId: runIdOf(bullJobId),
    isScheduled: isScheduledJob(bullJobId),
    isLastAttempt: job.attemptsMade + 1 >= jobs[job.name].attempts,
    job,
    token,
    signal,
    cancel: () => worker.cancelJob(bullJobId, cancelled),
  }
}
