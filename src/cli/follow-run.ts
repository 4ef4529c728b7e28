import { setTimeout as sleep } from 'node:timers/promises'
import type { components } from '../client/client.ts'
import type { Api } from './api.ts'
import { CommandError, exitCodes } from './exit-codes.ts'
import { openProgress } from './progress.ts'
import { untilInterrupted } from './surroundings.ts'
import type { Terminal } from './terminal.ts'

export type Run = components['schemas']['Run']

const pollMs = 500
/** A restart of the API is sat out for this long. */
const patienceMs = 60_000

export const hasEnded = ({ state }: Run): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled' || state === 'quarantined'

/** Shows a run's progress until it has ended. Ctrl-C ends the watching, not the run. */
export function followRun(api: Api, terminal: Terminal, first: Run): Promise<Run> {
  return untilInterrupted(async (signal) => {
    using progress = openProgress(terminal, first.name)
    let run = first
    let heardAt = Date.now()
    for (;;) {
      progress.show(run.progress.fraction, stepOf(run))
      if (hasEnded(run)) return run
      await sleep(pollMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) throw goesOn(run)
      try {
        run = await readRun(api, run.id)
        heardAt = Date.now()
      } catch (error) {
        const isAway = error instanceof CommandError && error.exitCode === exitCodes.unreachable
        if (!isAway || Date.now() - heardAt > patienceMs) throw error
      }
    }
  })
}

export function readRun({ client, answer }: Api, id: string): Promise<Run> {
  return answer(client.GET('/jobs/{id}', { params: { path: { id } } }))
}

/** @throws CommandError when the run has ended in any other way than well */
export function expectSuccess(run: Run): void {
  if (!hasEnded(run) || run.state === 'completed') return
  throw new CommandError(`${run.name} ${run.id} ${run.state}${run.error ? `: ${run.error.message}` : ''}`)
}

function stepOf({ state, progress, queue_position }: Run): string {
  if (state === 'queued' && queue_position) return `queued, ${queue_position.ahead} ahead`
  const eta = progress.eta_seconds === null ? '' : ` (about ${progress.eta_seconds} s left)`
  return `${progress.step ?? state}${eta}`
}

function goesOn({ id }: Run): CommandError {
  return new CommandError(
    `The run goes on without us; "tidegauge jobs ${id} --wait" follows it again`,
    exitCodes.interrupted,
  )
}
