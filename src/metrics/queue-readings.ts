import type { Queue } from 'bullmq'
import { Gauge, type Registry } from 'prom-client'
import type { QueueName } from '../../queues/contract.ts'
import { jobs } from '../../queues/jobs.ts'
import { readyAt } from '../../queues/ready-at.ts'
import { schedules } from '../../queues/schedules.ts'
import type { Db } from '../db/connection.ts'
import { countEndings, readOldestQueued, readOutboxLag } from '../db/reads/fleet.ts'
import type { Reading } from './fleet-view.ts'

export type Queues = ReadonlyMap<QueueName, Queue>

/** BullMQ's own names. */
const states = ['waiting', 'prioritized', 'active', 'delayed', 'waiting-children', 'failed'] as const

/** What waits and runs on each queue, as BullMQ counts it: one command per queue, whatever its length. */
export function queueCounts(registry: Registry, queues: Queues): Reading {
  const counts = new Gauge({
    name: 'tidegauge_queue_jobs',
    help: 'Jobs by queue and state, as BullMQ counts them; completed ones are kept for a short time and not counted',
    labelNames: ['queue', 'state'],
    registers: [registry],
  })
  return {
    name: 'queues',
    gauges: [counts],
    async read() {
      await Promise.all(
        [...queues].map(async ([name, queue]) => {
          const found = await queue.getJobCounts(...states)
          for (const state of states) counts.set({ queue: name, state }, found[state] ?? 0)
        }),
      )
    },
  }
}

/** The age of what waits longest, in Redis and in the record; the record knows also what Redis has not been told yet. */
export function oldestWaiting(registry: Registry, queues: Queues, db: Db): Reading {
  const oldest = new Gauge({
    name: 'tidegauge_queue_oldest_waiting_seconds',
    help: 'For how long the oldest job of a queue could have run; 0 when none waits',
    labelNames: ['queue'],
    registers: [registry],
  })
  return {
    name: 'oldest',
    gauges: [oldest],
    async read() {
      const recorded = new Map((await readOldestQueued(db)).map(({ queue, seconds }) => [queue, seconds]))
      await Promise.all(
        [...queues].map(async ([name, queue]) => {
          const [first] = await queue.getJobs(['wait'], 0, 0, true)
          const inRedis = first === undefined ? 0 : (Date.now() - readyAt(first)) / 1000
          oldest.set({ queue: name }, Math.max(0, inRedis, recorded.get(name) ?? 0))
        }),
      )
    },
  }
}

export function outboxLag(registry: Registry, db: Db): Reading {
  const waiting = new Gauge({
    name: 'tidegauge_outbox_rows',
    help: 'Runs that are recorded and not handed to their queue yet',
    registers: [registry],
  })
  const lag = new Gauge({
    name: 'tidegauge_outbox_lag_seconds',
    help: 'For how long the oldest run in the outbox has waited to be handed over; 0 when it is empty',
    registers: [registry],
  })
  return {
    name: 'outbox',
    gauges: [waiting, lag],
    async read() {
      const outbox = await readOutboxLag(db)
      waiting.set(outbox.waiting)
      lag.set(outbox.oldestSeconds)
    },
  }
}

/** A schedule whose next run lies in the past does not tick any more, or nobody takes its jobs. */
export function scheduleLag(registry: Registry, queues: Queues): Reading {
  const lag = new Gauge({
    name: 'tidegauge_schedule_lag_seconds',
    help: 'How long the next run of a schedule is overdue; 0 when it lies ahead',
    labelNames: ['schedule'],
    registers: [registry],
  })
  const missing = new Gauge({
    name: 'tidegauge_schedules_missing',
    help: 'Schedules that Redis does not know; maintenance sets them anew within a minute',
    registers: [registry],
  })
  return {
    name: 'schedules',
    gauges: [lag, missing],
    async read() {
      const found = await Promise.all(
        schedules.map(async ({ id, job }) => {
          const scheduler = await queues.get(jobs[job].queue)!.getJobScheduler(id)
          return { id, next: scheduler?.next }
        }),
      )
      for (const { id, next } of found)
        if (next !== undefined) lag.set({ schedule: id }, Math.max(0, Date.now() - next) / 1000)
      missing.set(found.filter(({ next }) => next === undefined).length)
    },
  }
}

export function runEndings(registry: Registry, db: Db): Reading {
  const endings = new Gauge({
    name: 'tidegauge_runs_ended_24h',
    help: 'Runs that were submitted in the last 24 hours and have ended, by job and how they ended',
    labelNames: ['job', 'state'],
    registers: [registry],
  })
  return {
    name: 'runs',
    gauges: [endings],
    async read() {
      for (const { job, state, runs } of await countEndings(db)) endings.set({ job, state }, runs)
    },
  }
}
