import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { eventually } from './eventually.ts'

const root = join(import.meta.dirname, '../..')

export interface RunningProcess extends AsyncDisposable {
  readonly child: ChildProcess
  /** Its lines so far; JSON, as far as they are its log. */
  readonly lines: readonly string[]
  /** The first log line with this message, parsed. */
  logged(message: string): Promise<Record<string, unknown>>
}

/** A process of the product as its Procfile line starts it, stopped by SIGTERM. @param words such as `dist/src/server.js` */
export function startProcess(words: readonly string[], env: NodeJS.ProcessEnv): RunningProcess {
  const child = spawn(process.execPath, words, { cwd: root, env: { PATH: process.env['PATH'], ...env } })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)))
  return {
    child,
    lines,
    logged: (message) =>
      eventually(() => {
        if (child.exitCode !== null) throw new Error(`It ended: ${lines.join('\n')}`)
        const line = lines.find((text) => text.includes(`"msg":"${message}"`))
        return Promise.resolve(line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>))
      }, 20_000),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}
