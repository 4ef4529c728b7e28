import type { Db } from '../db/connection.ts'
import type { JobRun } from '../db/job-runs.ts'
import { readRuns } from '../db/reads/jobs.ts'
import type { Logger } from '../logger.ts'

/** Follows runs for everybody who streams them: one query per tick, however many are watched. */
export interface RunWatcher {
  /** The run as it is now and after every change, until it ends or `signal` is aborted. */
  watch(id: string, signal: AbortSignal): AsyncGenerator<JobRun>
}

type Listener = (run: JobRun) => void

const tickMs = 500

export function createRunWatcher(db: Db, logger: Logger): RunWatcher {
  const listeners = new Map<string, Set<Listener>>()
  let timer: NodeJS.Timeout | undefined

  const tick = async (): Promise<void> => {
    try {
      for (const run of await readRuns(db, [...listeners.keys()]))
        for (const listen of listeners.get(run.id) ?? []) listen(run)
    } catch (error) {
      logger.warn({ err: error }, 'watched runs not read')
    }
    timer = listeners.size > 0 ? setTimeout(() => void tick(), tickMs) : undefined
  }

  const subscribe = (id: string, listener: Listener): (() => void) => {
    const those = listeners.get(id) ?? new Set()
    listeners.set(id, those.add(listener))
    timer ??= setTimeout(() => void tick(), 0)
    return () => {
      those.delete(listener)
      if (those.size === 0) listeners.delete(id)
    }
  }

  return {
    async *watch(id, signal) {
      let latest: JobRun | undefined
      let wake = (): void => undefined
      const unsubscribe = subscribe(id, (run) => {
        latest = run
        wake()
      })
      const stop = (): void => wake()
      signal.addEventListener('abort', stop)
      try {
        while (!signal.aborted) {
          if (latest === undefined) await new Promise<void>((resolve) => (wake = resolve))
          else {
            const run = latest
            latest = undefined
            yield run
          }
        }
      } finally {
        unsubscribe()
        signal.removeEventListener('abort', stop)
      }
    },
  }
}
