import { Counter, Histogram, type Registry } from 'prom-client'
import { createProcessRegistry } from './process-metrics.ts'

export type JobOutcome = 'completed' | 'failed' | 'cancelled' | 'tried again'

/** What a worker process tells Prometheus about itself. Labels name kinds of work, never protocols or runs. */
export interface WorkerMetrics {
  readonly registry: Registry
  /** From the start of an attempt to its end. */
  readonly jobSeconds: Histogram<'job' | 'outcome'>
  /** From the moment when a job could run to its first start. */
  readonly jobWaitSeconds: Histogram<'job'>
  readonly stalledJobs: Counter<'queue'>
  readonly upstreamCalls: Counter<'source' | 'status'>
  readonly upstreamSeconds: Histogram<'source'>
  readonly rows: Counter<'source' | 'outcome'>
  readonly mendedSchedules: Counter<'reason'>
  readonly stuckThreads: Counter
}

export function createWorkerMetrics(): WorkerMetrics {
  const registry = createProcessRegistry()
  const registers = [registry]
  return {
    registry,
    jobSeconds: new Histogram({
      name: 'tidegauge_job_seconds',
      help: 'Time from the start of an attempt to its end, by job and outcome; waits for budgets and children end no attempt',
      labelNames: ['job', 'outcome'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800],
      registers,
    }),
    jobWaitSeconds: new Histogram({
      name: 'tidegauge_job_wait_seconds',
      help: 'Time from the moment when a job could run to its first start, by job',
      labelNames: ['job'],
      buckets: [0.005, 0.015, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800],
      registers,
    }),
    stalledJobs: new Counter({
      name: 'tidegauge_jobs_stalled_total',
      help: 'Jobs whose worker lost them: it died, or its event loop stood still',
      labelNames: ['queue'],
      registers,
    }),
    upstreamCalls: new Counter({
      name: 'tidegauge_upstream_calls_total',
      help: 'HTTP calls to the sources, by the status of the answer, or why there was none',
      labelNames: ['source', 'status'],
      registers,
    }),
    upstreamSeconds: new Histogram({
      name: 'tidegauge_upstream_call_seconds',
      help: 'Time of one HTTP call to a source, from its sending to the last byte of the answer',
      labelNames: ['source'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
      registers,
    }),
    rows: new Counter({
      name: 'tidegauge_rows_total',
      help: 'Rows of the sources that were stored, and those that were refused',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    mendedSchedules: new Counter({
      name: 'tidegauge_schedules_mended_total',
      help: 'Schedules that were set because Redis did not have them, had them in another form, or had stopped following them',
      labelNames: ['reason'],
      registers,
    }),
    stuckThreads: new Counter({
      name: 'tidegauge_threads_stuck_total',
      help: 'Computations that showed no progress and were ended with their thread; their jobs have failed',
      registers,
    }),
  }
}
