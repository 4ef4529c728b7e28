import { DelayedError, type Job, UnrecoverableError, WaitingChildrenError } from 'bullmq'
import { z } from 'zod'
import type { JobContract } from '../queues/contract.ts'
import type { JobName, Payload } from '../queues/jobs.ts'
import { reliability } from '../queues/settings.ts'
import type { Db } from '../src/db/connection.ts'
import { isDatabaseAway } from '../src/db/errors.ts'
import { parkRun, recordRun } from '../src/db/job-runs.ts'
import type { RunError } from '../src/db/schema.ts'
import { InputError, InsufficientDataError, PermanentError } from '../src/errors.ts'
import { BudgetWaitError } from '../src/sources/source-errors.ts'
import type { Handler, Handlers } from './handler.ts'
import { createJobContext } from './job-context.ts'
import { advancePipeline, pipelineJobs } from './pipeline.ts'
import type { Platform } from './platform.ts'

/** One try of one run by this process. */
export interface Attempt {
  readonly name: JobName
  readonly contract: JobContract
  readonly runId: string
  readonly isScheduled: boolean
  readonly isLastAttempt: boolean
  readonly job: Job
  readonly token: string
  readonly signal: AbortSignal
  /** Aborts `signal` because somebody does not want the run any more. */
  cancel(): void
}

/** Why a running job is told to stop. */
export const cancelled = 'cancelled'
export const shutdown = 'shutdown'

/**
 * Starts the run, hands it to its handler, and ends it. What is thrown tells BullMQ what to do: try again, give up, or wait.
 * @returns the handler's result, or undefined when the run has already ended or is not wanted any more
 */
export async function executeRun(attempt: Attempt, handlers: Handlers, platform: Platform): Promise<unknown> {
  const { runId, contract, job } = attempt
  if (attempt.isScheduled) await recordScheduled(attempt, platform)
  const started = await platform.runRecord.start(runId)
  if (!started) {
    await platform.runRecord.end(runId, {
      state: 'cancelled',
      error: { name: 'CancelledError', message: 'Cancelled before it started' },
    })
    return undefined
  }
  if (started.crashes >= reliability.maxCrashes) {
    const message = `Its process died ${started.crashes} times while it ran`
    await platform.runRecord.end(runId, { state: 'quarantined', error: { name: 'PoisonJobError', message } })
    throw new UnrecoverableError(message)
  }

  const stopWatching = platform.activeRuns.watch(attempt)
  try {
    const payload = contract.payload.safeParse(job.data)
    if (!payload.success) throw new PermanentError(`${attempt.name}: ${z.prettifyError(payload.error)}`)
    const handler = handlers[attempt.name] as Handler<JobName>
    const context = createJobContext(attempt, started, platform)
    const result = contract.result.parse(await handler(payload.data as Payload<JobName>, context))
    attempt.signal.throwIfAborted()
    await platform.runRecord.end(runId, { state: 'completed', result })
    if (pipelineJobs.has(attempt.name)) await advancePipeline(platform.db)
    return result
  } catch (error) {
    return await settle(error, attempt, platform)
  } finally {
    stopWatching()
  }
}

async function recordScheduled({ runId, name, contract, job }: Attempt, { db }: Platform): Promise<void> {
  await recordRun(db, {
    id: runId,
    name,
    queue: contract.queue,
    payload: job.data as Record<string, unknown>,
    origin: 'schedule',
    lane: 'scheduled',
    requestedBy: null,
    parentId: null,
    dedupKey: null,
    bullJobId: job.id!,
  })
}

/** Writes down how the attempt ended and throws what BullMQ understands. */
async function settle(
  error: unknown,
  attempt: Attempt,
  { db, runRecord, log, troubles }: Platform,
): Promise<never> {
  const { runId, signal } = attempt
  if (isDatabaseAway(error) || error instanceof WaitingChildrenError) throw error

  if (signal.aborted && signal.reason === cancelled) {
    await runRecord.end(runId, {
      state: 'cancelled',
      error: { name: 'CancelledError', message: 'Cancelled while it ran' },
    })
    throw new UnrecoverableError(cancelled)
  }
  if (signal.aborted && signal.reason === shutdown)
    return giveBack(attempt, db, 'handed over by a stopping worker', 0)
  if (error instanceof BudgetWaitError)
    return giveBack(attempt, db, `waiting for the budget of ${error.source}`, error.waitMs)
  if (isRedisFull(error)) {
    troubles.report('Redis is full: jobs wait', error)
    return giveBack(attempt, db, 'handed back: Redis was full', reliability.redisFullPauseMs)
  }

  const failure = describeError(error)
  if (isPermanent(error) || attempt.isLastAttempt) {
    log.error({ runId, job: attempt.name, err: error }, 'job failed')
    await runRecord.end(runId, { state: 'failed', error: failure })
    throw new UnrecoverableError(failure.message)
  }
  log.warn({ runId, job: attempt.name, err: error }, 'attempt failed')
  await parkRun(db, runId, { state: 'queued', step: 'waiting for another attempt', error: failure })
  throw error instanceof Error ? error : new Error(failure.message)
}

/**
 * The run waits for its next start, and no attempt is counted. A Redis that is full takes this, too: BullMQ's script frees the
 * lock first, and what has begun to write is let finish.
 */
async function giveBack(
  { runId, job, token }: Attempt,
  db: Db,
  step: string,
  waitMs: number,
): Promise<never> {
  const resumesAt = new Date(Date.now() + waitMs)
  await parkRun(db, runId, { state: 'queued', step, resumesAt })
  await job.moveToDelayed(resumesAt.getTime(), token)
  throw new DelayedError()
}

/** Said by Redis itself or, of a script, in the middle of a sentence. */
const isRedisFull = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('OOM command not allowed')

const isPermanent = (error: unknown): boolean =>
  error instanceof PermanentError ||
  error instanceof InputError ||
  error instanceof InsufficientDataError ||
  error instanceof z.ZodError

function describeError(error: unknown): RunError {
  if (error instanceof InsufficientDataError) return { name: 'insufficient_data', message: error.message }
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
}
