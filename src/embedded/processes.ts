import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process, told from a later one that got the same id by the moment it started. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startedAt: string
}

/** The running process with this id; undefined when there is none, or only its unburied remains. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

export function isRunning(known: ProcessIdentity): boolean {
  return identityOf(known.pid)?.startedAt === known.startedAt
}

/** @returns whether the process was gone within the time. */
export async function waitForEnd(known: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs
  while (isRunning(known)) {
    if (Date.now() > deadline) return false
    await sleep(25)
  }
  return true
}

/** Sends the signals one after the other, each with its grace, until the process is gone. */
export async function endProcess(
  known: ProcessIdentity,
  signals: readonly NodeJS.Signals[],
  graceMs: number,
): Promise<void> {
  for (const signal of signals) {
    sendSignal(known, signal)
    if (await waitForEnd(known, graceMs)) return
  }
}

function sendSignal(known: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(known)) return
  try {
    process.kill(known.pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Fields 3 (state) and 22 (start, in ticks since boot) of proc(5); the name before them may hold blanks. */
function startFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function startFromPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() || undefined
}
