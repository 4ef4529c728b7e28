import { reliability } from '../queues/settings.ts'
import type { Db } from '../src/db/connection.ts'
import { beatHeart } from '../src/db/job-runs.ts'
import type { Troubles } from '../src/logger-troubles.ts'

export interface CancellableRun {
  readonly runId: string
  cancel(): void
}

/** The runs that this process works on: shows that they live, and hears when somebody wants one cancelled. */
export interface ActiveRuns {
  /** @returns a function that ends the watch */
  watch(run: CancellableRun): () => void
  stop(): void
}

export function createActiveRuns(db: Db, troubles: Troubles): ActiveRuns {
  const running = new Map<string, CancellableRun>()
  let timer: NodeJS.Timeout | undefined

  const beat = async (): Promise<void> => {
    const ids = [...running.keys()]
    if (ids.length === 0) return
    for (const runId of await beatHeart(db, ids)) running.get(runId)?.cancel()
  }
  const schedule = (): void => {
    timer ??= setInterval(() => {
      beat().catch((err: unknown) => troubles.report('heartbeat was not saved', err))
    }, reliability.heartbeatMs)
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }

  return {
    watch(run) {
      running.set(run.runId, run)
      schedule()
      return () => {
        running.delete(run.runId)
        if (running.size === 0) stop()
      }
    },
    stop,
  }
}
