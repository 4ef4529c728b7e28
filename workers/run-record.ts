import type { Db } from '../src/db/connection.ts'
import { type Ending, endRuns, startRuns, type StartedRun } from '../src/db/job-runs.ts'
import { inBatches } from './in-batches.ts'

/** Starts and ends of runs as this process writes them down: those of many jobs at a time in one statement. */
export interface RunRecord {
  /** As `startRuns`. */
  start(runId: string): Promise<StartedRun | undefined>
  /** As `endRuns`. */
  end(runId: string, ending: Ending): Promise<void>
}

export function openRunRecord(db: Db): RunRecord {
  const start = inBatches<{ id: string }, StartedRun>((runs) =>
    startRuns(
      db,
      runs.map(({ id }) => id),
    ),
  )
  const end = inBatches<Ending & { id: string }, never>(async (endings) => {
    await endRuns(db, endings)
    return new Map<string, never>()
  })
  return {
    start: (id) => start({ id }),
    end: async (id, ending) => {
      await end({ id, ...ending })
    },
  }
}
