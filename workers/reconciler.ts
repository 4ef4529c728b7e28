import type { Job } from 'bullmq'
import type { Logger } from 'pino'
import type { QueueName } from '../queues/contract.ts'
import type { Producer } from '../queues/producer.ts'
import { reliability } from '../queues/settings.ts'
import type { Db } from '../src/db/connection.ts'
import { endRun } from '../src/db/job-runs.ts'
import { returnToOutbox } from '../src/db/outbox.ts'
import { listQuietRuns, type QuietRun } from '../src/db/reconcile.ts'

const batch = 5_000

/**
 * Brings the record and the queues together again after one of them lost something: a run whose job Redis no longer knows is
 * queued anew, one whose job has ended there is ended here.
 * @returns how many runs were put right
 */
export async function reconcileRuns(db: Db, producer: Producer, log: Logger): Promise<number> {
  const quietSince = new Date(Date.now() - reliability.reconcileAfterMs)
  const quiet = await listQuietRuns(db, quietSince, batch)
  const lost: string[] = []
  let ended = 0
  for (const run of quiet) {
    const job = await producer.queues.get(run.queue as QueueName)?.getJob(run.bullJobId ?? run.id)
    if (job) ended += (await endLikeJob(db, run, job)) ? 1 : 0
    else if (run.bullJobId) ended += (await endLost(db, run)) ? 1 : 0
    else lost.push(run.id)
  }
  await db.transaction().execute((tx) => returnToOutbox(tx, lost))
  if (lost.length > 0 || ended > 0) log.warn({ lost: lost.length, ended }, 'runs reconciled')
  return lost.length + ended
}

/** The worker died between the end of the job in one place and the other. */
async function endLikeJob(db: Db, run: QuietRun, job: Job): Promise<boolean> {
  if (job.finishedOn === undefined) return false
  if (job.failedReason)
    return endRun(db, run.id, { state: 'failed', error: { name: 'Error', message: job.failedReason } })
  return endRun(db, run.id, {
    state: 'completed',
    result: (job.returnvalue ?? {}) as Record<string, unknown>,
  })
}

/** The next tick of its schedule does the work of a scheduled job that was lost. */
const endLost = (db: Db, run: QuietRun): Promise<boolean> =>
  endRun(db, run.id, {
    state: 'failed',
    error: { name: 'LostError', message: 'Redis lost the job; its schedule goes on' },
  })
