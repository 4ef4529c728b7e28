import { AsyncLocalStorage } from 'node:async_hooks'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { JobCleanStatus, QueueAdapterOptions } from '@bull-board/api/typings/app'
import type { Job, Queue } from 'bullmq'
import { runIdOf } from '../../../queues/run-id.ts'
import type { Db } from '../../db/connection.ts'
import { findRun, requestCancel } from '../../db/job-runs.ts'
import { ProblemError } from '../../errors.ts'
import type { Principal } from '../scopes.ts'
import { retryRun } from '../submissions.ts'

/** Whoever presses the buttons of the board; its handlers are not told. */
export const actor = new AsyncLocalStorage<Principal>()

const cleanedAtOnce = 1_000
/** What has succeeded is submitted anew. (Known to the base class, but not to its types.) */
const noCompletedRetries = { allowCompletedRetries: false }

/**
 * A queue on the board whose buttons act on the record in Postgres first: what they did to Redis alone, the reconciler would
 * undo.
 */
export class RecordedQueue extends BullMQAdapter {
  readonly #queue: Queue
  readonly #db: Db

  constructor(queue: Queue, db: Db, options: Partial<QueueAdapterOptions>) {
    super(queue, { ...options, ...noCompletedRetries })
    this.#queue = queue
    this.#db = db
  }

  override async getJob(id: string): Promise<Job | undefined> {
    const job = (await this.#queue.getJob(id)) as Job | undefined
    return job && this.#recorded(job)
  }

  override async getJobs(...range: Parameters<BullMQAdapter['getJobs']>): Promise<Job[]> {
    const jobs = await super.getJobs(...range)
    return jobs.map((job) => this.#recorded(job))
  }

  /** Ended jobs leave Redis and stay on record; those that wait are cancelled. */
  override async clean(status: JobCleanStatus, graceTimeMs: number): Promise<void> {
    if (status === 'completed' || status === 'failed') await super.clean(status, graceTimeMs)
    else {
      const waiting = await this.getJobs([status === 'wait' ? 'waiting' : status], 0, cleanedAtOnce - 1)
      for (const job of waiting) if ((await this.getArmedJobSchedulerId(job)) === null) await job.remove()
    }
  }

  #recorded(job: Job): Job {
    const leave = job.remove.bind(job)
    return Object.assign(job, {
      retry: async () => {
        await this.#retry(job)
        await leave()
      },
      remove: async () => {
        // A worker holds an active job: Redis refuses, and nothing is cancelled.
        if (!(await job.isActive())) await requestCancel(this.#db, runIdOf(job.id!))
        await leave()
      },
    })
  }

  async #retry(job: Job): Promise<void> {
    const run = await findRun(this.#db, runIdOf(job.id!))
    if (!run) throw new ProblemError(404, 'unknown_run', 'This job is not on record')
    await retryRun({ db: this.#db, principal: actor.getStore()! }, run)
  }
}
