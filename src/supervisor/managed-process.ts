import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { reliability } from '../../queues/settings.ts'
import type { Guard } from '../embedded/guard.ts'
import { BAD_INPUT_EXIT_CODE } from '../entry.ts'
import type { Output } from './output.ts'
import type { ProcfileEntry } from './procfile.ts'

export interface ProcessSurroundings {
  /** The working directory. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  readonly output: Output
  readonly guard: Guard
}

/**
 * Runs a Procfile line: the shell reads it and gives way to the program, which leads a process group of its own, so
 * that a terminal's signals reach it only through us.
 */
export function launch(
  entry: ProcfileEntry,
  { root, env, output, guard }: ProcessSurroundings,
): ChildProcess {
  const child = spawn('/bin/sh', ['-c', `exec env ${entry.command}`], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  output.follow(entry.name, child.stdout)
  output.follow(entry.name, child.stderr)
  const { pid } = child
  if (pid !== undefined) {
    guard.watch('app', pid)
    child.once('exit', () => guard.release(pid))
  }
  return child
}

/** How a process ended, in words; undefined where all is well. */
export async function endingOf(child: ChildProcess): Promise<string | undefined> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (signal !== null) return `killed by ${signal}`
  return code === 0 ? undefined : `exit code ${code}`
}

/** Disposing of it stops it: SIGTERM, and SIGKILL for what has not heeded it within the grace. */
export interface ManagedProcess extends AsyncDisposable {
  /** Settles when the process is gone for good, with a sentence on how it ended the last time. */
  readonly lost: Promise<string>
}

const MAX_RESTARTS = 4
/** A process that ran this long had started well: its next failure counts as the first. */
const STEADY_MS = 60_000
/** A worker's own grace comes first: then it cancels its jobs and hands them back. */
const STOP_WITHIN_MS = reliability.shutdownGraceMs + 5_000

/** Runs the entry and starts it again, up to four times with growing pauses, when it ends by itself. */
export function keepRunning(entry: ProcfileEntry, surroundings: ProcessSurroundings): ManagedProcess {
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  let child: ChildProcess

  const run = async (): Promise<string> => {
    let failures = 0
    for (;;) {
      const startedAt = Date.now()
      child = launch(entry, surroundings)
      const ending = `${entry.name} ended: ${(await endingOf(child)) ?? 'exit code 0'}`
      killGroup(child, 'SIGKILL')
      failures = Date.now() - startedAt > STEADY_MS ? 1 : failures + 1
      if (isStopping() || failures > MAX_RESTARTS || child.exitCode === BAD_INPUT_EXIT_CODE) return ending
      const pauseMs = 1000 * 2 ** (failures - 1)
      surroundings.output.say(entry.name, `${ending}; it starts again in ${pauseMs / 1000} s`)
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (isStopping()) return ending
    }
  }

  const lost = run()
  return {
    lost,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      killGroup(child, 'SIGTERM')
      const overdue = setTimeout(() => killGroup(child, 'SIGKILL'), STOP_WITHIN_MS)
      await lost
      clearTimeout(overdue)
    },
  }
}

/** The process, and what it may have started itself. */
export function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // Nobody is left in the group.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
