import { type Job, Queue } from 'bullmq'
import type { RedisConnection } from './connection.ts'
import { queueNames, type QueueName } from './contract.ts'
import { jobs, type JobName } from './jobs.ts'
import { mendSchedules, type MendedSchedule } from './mend-schedules.ts'
import { jobOptions } from './settings.ts'

/** A recorded run that is to be put on its queue. */
export interface QueuedRun {
  readonly id: string
  readonly name: JobName
  readonly payload: Record<string, unknown>
  readonly lane: 'user' | 'scheduled'
  /** The trace that the run was submitted in. */
  readonly trace?: Readonly<Record<string, string>> | null
}

/** Hands recorded runs to BullMQ; adding a run twice changes nothing, its id is the id of the job. */
export interface Producer {
  readonly queues: ReadonlyMap<QueueName, Queue>
  addRuns(runs: readonly QueuedRun[]): Promise<void>
  /** Children of a running flow parent, on the parent's own queue or another. */
  addChildren(parent: Job, children: readonly QueuedRun[]): Promise<void>
  /** Sets the schedules that Redis lacks, has in another form, or has stopped following. @param now ms since 1970 */
  mendSchedules(now: number): Promise<MendedSchedule[]>
  close(): Promise<void>
}

/** Somebody who asked goes before what is scheduled, and fresh data before old (in BullMQ 0 is first). */
const priorityOf = ({ name, lane }: QueuedRun): number =>
  lane === 'user' ? 0 : name === 'backfill-protocol' ? 20 : 10

/** In the form in which BullMQ's telemetry reads it. */
const tracedBy = ({ trace }: QueuedRun) => (trace ? { telemetry: { metadata: JSON.stringify(trace) } } : {})

export function createProducer(connection: RedisConnection, prefix: string): Producer {
  const queues = new Map(queueNames.map((name) => [name, new Queue(name, { connection, prefix })]))
  const queueOf = (name: JobName): Queue => queues.get(jobs[name].queue)!

  return {
    queues,

    async addRuns(runs) {
      await Promise.all(
        [...queues].map(([queueName, queue]) =>
          queue.addBulk(
            runs
              .filter((run) => jobs[run.name].queue === queueName)
              .map((run) => ({
                name: run.name,
                data: run.payload,
                opts: {
                  ...jobOptions(jobs[run.name]),
                  jobId: run.id,
                  priority: priorityOf(run),
                  ...tracedBy(run),
                },
              })),
          ),
        ),
      )
    },

    async addChildren(parent, children) {
      for (const child of children) {
        await queueOf(child.name).add(child.name, child.payload, {
          ...jobOptions(jobs[child.name]),
          jobId: child.id,
          ...tracedBy(child),
          parent: { id: parent.id!, queue: parent.queueQualifiedName },
          // The parent looks at what the others found; without this it would wait for the failed one for ever.
          ignoreDependencyOnFailure: true,
        })
      }
    },

    mendSchedules: (now) => mendSchedules(({ job }) => queueOf(job), now),

    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
    },
  }
}
