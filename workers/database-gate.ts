import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { reliability } from '../queues/settings.ts'
import type { Db } from '../src/db/connection.ts'
import { isDatabaseAway } from '../src/db/errors.ts'
import { parkRun } from '../src/db/job-runs.ts'
import type { Troubles } from '../src/logger-troubles.ts'

/** Holds runs while Postgres is away, and says so once and not for each of them. */
export interface DatabaseGate {
  /**
   * Waits until it can be written down that the run gives its place back: it was no crash of its own. A run that is held blocks
   * its slot, so nothing else starts in vain. @throws the signal's reason when it is aborted while it waits
   */
  handBack(runId: string, signal: AbortSignal, reason: unknown): Promise<void>
}

export function createDatabaseGate(db: Db, log: Logger, troubles: Troubles): DatabaseGate {
  let held = 0
  let closedAt = 0
  return {
    async handBack(runId, signal, err) {
      if (held++ === 0) {
        closedAt = performance.now()
        // A full disk lets some writes through, so the gate may open and close many times a second.
        troubles.report('Postgres is away or full: jobs wait', err)
      }
      try {
        while (!(await isParked(db, runId)))
          await sleep(reliability.databaseAwayPauseMs, undefined, { signal })
      } finally {
        if (--held === 0) {
          const seconds = Math.round((performance.now() - closedAt) / 1000)
          if (seconds > 0) log.info({ seconds }, 'jobs wait for Postgres no longer')
        }
      }
    },
  }
}

async function isParked(db: Db, runId: string): Promise<boolean> {
  try {
    await parkRun(db, runId, { state: 'queued', step: 'handed back: Postgres was away' })
    return true
  } catch (error) {
    if (isDatabaseAway(error)) return false
    throw error
  }
}
