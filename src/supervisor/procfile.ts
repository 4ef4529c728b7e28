import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../errors.ts'

export interface ProcfileEntry {
  readonly name: string
  /** One command in the words of the shell, with variables before it if need be. */
  readonly command: string
}

/** The processes of a deployment, and the one-off step before them. */
export interface Procfile {
  readonly release: ProcfileEntry | undefined
  readonly processes: readonly ProcfileEntry[]
}

/** Reads `name: command` lines; blank lines and comments are skipped. @throws {InputError} names a line that is none. */
export function readProcfile(root: string): Procfile {
  const entries = readFileSync(join(root, 'Procfile'), 'utf8')
    .split('\n')
    .flatMap((line, index): ProcfileEntry[] => {
      if (/^\s*(#|$)/.test(line)) return []
      const [, name, command] = /^([\w-]+):\s*(.+)$/.exec(line) ?? []
      if (name === undefined || command === undefined)
        throw new InputError(`Procfile line ${index + 1}: expected "name: command", got "${line}"`)
      // Signals go to one program; a list of commands belongs into a script.
      if (/[;&|<>()`]/.test(command.replaceAll(/"[^"]*"|'[^']*'/g, '')))
        throw new InputError(`Procfile line ${index + 1}: expected one command, got "${command}"`)
      return [{ name, command }]
    })
  return {
    release: entries.find(({ name }) => name === 'release'),
    processes: entries.filter(({ name }) => name !== 'release'),
  }
}
