import type { Logger } from 'pino'
import type { JobName, Payload, PayloadInput, Result } from '../queues/jobs.ts'
import type { Db } from '../src/db/connection.ts'
import type { Lane } from '../src/db/schema.ts'
import type { DataClock } from '../src/clock.ts'
import type { DeliveryOptions } from '../src/delivery/deliver.ts'
import type { SourceName } from '../src/domain/market.ts'
import type { WorkerMetrics } from '../src/metrics/worker-metrics.ts'
import type { Budget } from '../src/sources/admission/budget.ts'
import type { Sources } from '../src/sources/sources.ts'
import type { PromotionRule } from '../src/training/promotion.ts'
import type { Threads } from './threads.ts'

/** What a handler may use. It loads, calls something pure, saves, and enqueues what comes next. */
export interface JobContext {
  readonly runId: string
  readonly lane: Lane
  readonly signal: AbortSignal
  readonly log: Logger
  readonly db: Db
  readonly clock: DataClock
  readonly sources: Sources
  readonly threads: Threads
  readonly delivery: Pick<DeliveryOptions, 'allowsPrivate' | 'mail'>
  /** How many days of history are kept and collected. */
  readonly historyDays: number
  readonly promotion: PromotionRule
  readonly budgets: Readonly<Record<SourceName, Budget>>
  /** Counts rows of the sources, stored or refused. */
  readonly rowsTotal: WorkerMetrics['rows']
  /** @param fraction in [0, 1] */
  readonly progress: (fraction: number, step: string, detail?: Record<string, unknown>) => void
  /** Writes a line into the log that is kept with a run and served; this run's, unless another is named. */
  note(message: string, data?: Record<string, unknown>, ofRun?: string): Promise<void>
  /** What an earlier start of this run has saved; empty on the first. */
  readonly checkpoint: Readonly<Record<string, unknown>>
  /** Remembers what is done, for the start after a wait or a crash. */
  readonly saveCheckpoint: (checkpoint: Record<string, unknown>) => Promise<void>
  /** Queues work that follows from this job, through the outbox. */
  enqueue<N extends JobName>(name: N, payload: PayloadInput<N>): Promise<string>
  /** The same for many payloads; those whose key already waits are left out. @returns how many were new */
  enqueueAll<N extends JobName>(name: N, payloads: readonly PayloadInput<N>[]): Promise<number>
  /**
   * Adds the children that are not there yet and gives the slot back until all have ended; the handler then runs again from
   * its start. Returns when there is nothing left to wait for.
   */
  waitForChildren<N extends JobName>(children: readonly Child<N>[]): Promise<void>
}

export interface Child<N extends JobName = JobName> {
  /** Names the child within its parent; the same key gives the same run on every attempt. */
  readonly key: string
  readonly name: N
  readonly payload: PayloadInput<N>
}

/** Throws to be tried again, or throws a `PermanentError` not to be. Must be idempotent: it may run twice. */
export type Handler<N extends JobName> = (payload: Payload<N>, context: JobContext) => Promise<Result<N>>
export type Handlers = { readonly [N in JobName]: Handler<N> }
