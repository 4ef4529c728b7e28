import type { Queue } from 'bullmq'
import type { QueueName } from '../queues/contract.ts'
import { reliability } from '../queues/settings.ts'
import type { Platform } from './platform.ts'

/** Notices when jobs wait and this process, which should take them, holds none. */
export interface Liveness extends Disposable {
  /** The queues that stand still; empty in a healthy process. */
  stuckQueues(): readonly QueueName[]
}

/** So many before a wait counts: with 45 s, one every 5 s. */
const looks = 9

/** @param stuckAfterMs how long jobs may wait beside an idle worker */
export function watchLiveness(
  queues: readonly QueueName[],
  { activity, producer, log }: Pick<Platform, 'activity' | 'producer' | 'log'>,
  stuckAfterMs: number = reliability.stuckAfterMs,
): Liveness {
  const waitingSince = new Map<QueueName, number>()
  const isStuck = (name: QueueName): boolean => {
    const since = waitingSince.get(name)
    if (since === undefined || activity.held(name) > 0) return false
    return performance.now() - Math.max(since, activity.lastMoveAt(name)) > stuckAfterMs
  }
  const stuckQueues = (): QueueName[] => queues.filter(isStuck)

  const look = async (name: QueueName): Promise<void> => {
    const wasStuck = isStuck(name)
    // Without an answer nothing is known; a Redis that is away is no fault of this process.
    const waits = await hasJobsToTake(producer.queues.get(name)!).catch(() => false)
    if (!waits) waitingSince.delete(name)
    else if (!waitingSince.has(name)) waitingSince.set(name, performance.now())
    if (isStuck(name) && !wasStuck) log.error({ queue: name }, 'jobs wait and this worker starts none')
  }
  const timer = setInterval(() => void Promise.all(queues.map(look)), stuckAfterMs / looks)
  timer.unref()
  return { stuckQueues, [Symbol.dispose]: () => clearInterval(timer) }
}

/** A queue that an operator has paused, or that waits by a limit, has nothing to take. */
async function hasJobsToTake(queue: Queue): Promise<boolean> {
  const counts = await queue.getJobCounts('wait', 'prioritized')
  if (Object.values(counts).every((count) => count === 0)) return false
  return !(await queue.isPaused()) && (await queue.getRateLimitTtl()) <= 0
}
