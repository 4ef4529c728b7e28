import type { JobsOptions, WorkerOptions } from 'bullmq'
import type { JobContract } from './contract.ts'

/**
 * Every setting that a reliability promise rests on, each with what was measured at the default (2 cores, Node 20, Redis 7,
 * BullMQ 6.7).
 */
export const reliability = {
  /** A dead worker's job is taken up again after 4 to 10 s; with 10 and 5 s after 6 to 12.5 s, with the defaults after 31 to 87 s. */
  lockDurationMs: 8_000,
  stalledIntervalMs: 2_000,
  /** With 1, repeated kills failed 10 of 6,000 jobs; with 25, 100 kills lost none of 12,000. Poison jobs are caught by `maxCrashes`. */
  maxStalledCount: 25,
  /** A run that was left active by a process that died, this many times, is quarantined. Waits never count. */
  maxCrashes: 4,
  /** While Postgres is away jobs are held instead of burning attempts (3,178 of 8,000 failed for good without). */
  databaseAwayPauseMs: 500,
  /** The same for a Redis at its maxmemory: what a job cannot write there is no fault of its own. */
  redisFullPauseMs: 1_000,
  /** ioredis backs off to 20 s by default: 18 s to recover; with the cap 0.7 s. */
  maxReconnectDelayMs: 1_000,
  /** A worker that Redis refused a job, such as a full one, asks again after 15 s by default. */
  workerRetryMs: 1_000,
  /** A frozen Redis hangs `add()` for ever without it. */
  producerCommandTimeoutMs: 1_000,
  /** A connection whose other end is gone without a word waits for the system's retransmissions, up to 15 min, without these. */
  producerSocketTimeoutMs: 5_000,
  /** Longer than the 10 s that a worker blocks in one command. */
  workerSocketTimeoutMs: 20_000,
  /** 100,000 kept jobs hold 128 MB in Redis; these bounds hold 2 MB. */
  keepCompleted: { age: 3_600, count: 1_000 },
  keepFailed: { age: 14 * 86_400, count: 5_000 },
  /** How long a stopping worker waits for its jobs before it hands them back: containers are killed after 10 s, by default. */
  shutdownGraceMs: 7_000,
  /** What hangs beyond that is left behind; before the 10 s are over, so that the process still says so itself. */
  shutdownReserveMs: 2_500,
  /** A clock that differs more from Redis's would run delayed jobs at the wrong time. */
  maxClockSkewMs: 2_000,
  /** A thread that shows no progress for this long is ended; the longest fold on 50,000 protocols takes minutes. */
  stuckThreadMs: 30 * 60_000,
  outboxPollMs: 250,
  outboxBatch: 500,
  reconcileEveryMs: 60_000,
  /** A run that has not been heard of for this long is compared with Redis. */
  reconcileAfterMs: 15_000,
  /** A schedule whose next tick is this long overdue, and whose tick no longer exists, has stopped. */
  scheduleOverdueMs: 30_000,
  heartbeatMs: 2_000,
  /** Jobs that wait beside an idle worker for this long make it not live; seen within 50 s, promised within 60. */
  stuckAfterMs: 45_000,
  /** A relay or reconciler that failed tries again after this: at most one log line a second. */
  maintenanceRetryMs: 1_000,
} as const

export const workerSettings = {
  lockDuration: reliability.lockDurationMs,
  stalledInterval: reliability.stalledIntervalMs,
  maxStalledCount: reliability.maxStalledCount,
  runRetryDelay: reliability.workerRetryMs,
  removeOnComplete: reliability.keepCompleted,
  removeOnFail: reliability.keepFailed,
  metrics: { maxDataPoints: 60 * 24 },
} satisfies Partial<WorkerOptions>

/** What BullMQ is told about every job of this kind. */
export function jobOptions({
  attempts,
  backoffMs,
}: Pick<JobContract, 'attempts' | 'backoffMs'>): JobsOptions {
  return {
    attempts,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
    removeOnComplete: reliability.keepCompleted,
    removeOnFail: reliability.keepFailed,
  }
}
