import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { runCommand } from '../../src/cli/run-command.ts'
import { loadConfig } from '../../src/config.ts'

export interface Outcome {
  readonly code: number
  /** Standard output. */
  readonly out: string
  /** Standard error. */
  readonly err: string
}

/** Runs `tidegauge` with these words and this environment, in this process. */
export async function tidegauge(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const out: string[] = []
  const err: string[] = []
  const code = await runCommand(words, {
    terminal: {
      print: (text) => out.push(text),
      note: (text) => err.push(text),
      isWatched: false,
      paint: (_colour, text) => text,
    },
    config: () => loadConfig(env),
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** A folder that is gone after the file. Call it at the top of the file. @returns writes a file and answers its path */
export function temporaryFiles(): (name: string, lines?: readonly string[]) => string {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-cli-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  return (name, lines) => {
    const file = join(dir, name)
    if (lines) writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
    return file
  }
}
