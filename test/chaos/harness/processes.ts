import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { readProcfile } from '../../../src/supervisor/procfile.ts'
import { eventually } from '../../support/eventually.ts'

const repository = join(import.meta.dirname, '../../..')

/** A line of the Procfile as its own process, leader of a group. */
export interface LineProcess {
  readonly pid: number
  readonly spawnedAt: number
  output(): string
  /** Lines of the log at `warn` and above, with the moment of their arrival on the clock of `performance.now()`. */
  complaints(): readonly { readonly at: number; readonly line: string }[]
  /** Where a worker serves its health; waits until it works. */
  health(): Promise<string>
  signal(name: NodeJS.Signals): void
  /** kill -9 of the whole group. */
  kill(): Promise<void>
  /** SIGTERM. @returns the exit code, or the signal that ended it */
  stop(): Promise<number | string>
  readonly ended: Promise<number | string>
}

/** Spawns a line exactly as it is written, as the supervisor, foreman and systemd do. */
export function spawnLine(name: string, env: Readonly<Record<string, string>>): LineProcess {
  const { release, processes } = readProcfile(repository)
  const line = [...processes, ...(release ? [release] : [])].find((entry) => entry.name === name)
  if (line === undefined) throw new Error(`The Procfile has no line "${name}"`)
  const { PATH, HOME } = process.env
  const child = spawn('/bin/sh', ['-c', `exec env ${line.command}`], {
    cwd: repository,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const spawnedAt = performance.now()
  const { text, complaints } = listen(child)
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const signal = (what: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, what)
  }
  return {
    pid: child.pid!,
    spawnedAt,
    output: text,
    complaints: () => complaints,
    async health() {
      const url = await eventually(() => {
        if (child.exitCode !== null) throw new Error(`${name} ended: ${text()}`)
        return Promise.resolve(/"health":"([^"]+)"/.exec(text())?.[1])
      }, 30_000)
      return url
    },
    signal,
    async kill() {
      signal('SIGKILL')
      await ended
    },
    stop() {
      signal('SIGTERM')
      return ended
    },
    ended,
  }
}

function listen({ stdout, stderr }: ChildProcess) {
  let printed = ''
  const complaints: { at: number; line: string }[] = []
  for (const stream of [stdout!, stderr!]) {
    let rest = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()!
      for (const line of lines)
        if (/"level":[456]0/.test(line) || !line.startsWith('{'))
          complaints.push({ at: performance.now(), line })
    })
  }
  return { text: () => printed, complaints }
}
