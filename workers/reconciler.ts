import type { Job } from 'bullmq'
import type { Logger } from 'pino'
import type { QueueName } from '../queues/contract.ts'
import type { Producer } from '../queues/producer.ts'
import { reliability } from '../queues/settings.ts'
import type { Db } from '../src/db/connection.ts'
import { endRun } from '../src/db/job-runs.ts'
import { returnToOutbox } from '../src/db/outbox.ts'
import { listQuietRuns, type QuietRun } from '../src/db/reconcile.ts'

const pageSize = 1_000
/** Questions to Redis at a time. */
const chunkSize = 100

/**
 * Brings the record and the queues together again after one of them lost something: a run whose job Redis no longer knows is
 * queued anew, one whose job has ended there is ended here.
 * @returns how many runs were put right
 */
export async function reconcileRuns(db: Db, producer: Producer, log: Logger): Promise<number> {
  const quietSince = new Date(Date.now() - reliability.reconcileAfterMs)
  let lost = 0
  let ended = 0
  let lastId: string | undefined
  do {
    const page = await listQuietRuns(db, quietSince, pageSize, lastId)
    lastId = page.at(pageSize - 1)?.id
    for (let i = 0; i < page.length; i += chunkSize) {
      const fates = await Promise.all(page.slice(i, i + chunkSize).map((run) => fateOf(run, producer)))
      const orphans = fates.flatMap(({ run, job }) => (!job && !run.bullJobId ? run.id : []))
      if (orphans.length > 0) await db.transaction().execute((tx) => returnToOutbox(tx, orphans))
      lost += orphans.length
      for (const { run, job } of fates)
        if (await (job ? endLikeJob(db, run, job) : run.bullJobId ? endLost(db, run) : false)) ended++
    }
  } while (lastId !== undefined)
  if (lost > 0 || ended > 0) log.warn({ lost, ended }, 'runs reconciled')
  return lost + ended
}

async function fateOf(run: QuietRun, { queues }: Producer): Promise<{ run: QuietRun; job: Job | undefined }> {
  return { run, job: await queues.get(run.queue as QueueName)?.getJob(run.bullJobId ?? run.id) }
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
