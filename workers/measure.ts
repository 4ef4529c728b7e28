import type { Job, Worker } from 'bullmq'
import { isJobName } from '../queues/jobs.ts'
import { readyAt } from '../queues/ready-at.ts'
import type { JobOutcome, WorkerMetrics } from '../src/metrics/worker-metrics.ts'
import type { CallEvent } from '../src/sources/http/gated-call.ts'
import { cancelled } from './run.ts'

/** Counts and times what a worker does, from its own events. */
export function measureWorker(worker: Worker, metrics: WorkerMetrics): void {
  const ended = (job: Job, outcome: JobOutcome): void => {
    const endedAt = job.finishedOn ?? Date.now()
    metrics.jobSeconds.observe({ job: nameOf(job), outcome }, (endedAt - (job.processedOn ?? endedAt)) / 1000)
  }
  worker.on('active', (job) => {
    if (job.attemptsStarted !== 1) return
    const waitedMs = (job.processedOn ?? Date.now()) - readyAt(job)
    metrics.jobWaitSeconds.observe({ job: nameOf(job) }, Math.max(0, waitedMs) / 1000)
  })
  worker.on('completed', (job) => ended(job, 'completed'))
  worker.on('failed', (job, error) => {
    if (job === undefined) return
    const isOver = job.finishedOn !== undefined
    ended(job, error.message === cancelled ? 'cancelled' : isOver ? 'failed' : 'tried again')
  })
  worker.on('stalled', () => metrics.stalledJobs.inc({ queue: worker.name }))
}

/** Names from Redis are not all ours: a label takes only those that are. */
const nameOf = ({ name }: Job): string => (isJobName(name) ? name : 'unknown')

/** The hook of the sources. */
export function measureCalls({ upstreamCalls, upstreamSeconds }: WorkerMetrics): (event: CallEvent) => void {
  return ({ source, status, outcome, durationMs }) => {
    upstreamCalls.inc({ source, status: status === null ? outcome : statusLabel(status) })
    upstreamSeconds.observe({ source }, durationMs / 1000)
  }
}

/** The statuses that say something of their own; of the others only the class, so that no upstream can invent labels. */
const tellingStatuses: ReadonlySet<number> = new Set([
  200, 304, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504,
])
const statusLabel = (status: number): string =>
  tellingStatuses.has(status) ? String(status) : `${Math.floor(status / 100)}xx`
