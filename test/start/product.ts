import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const repository = join(import.meta.dirname, '../..')

/** A checkout of the built product with a Procfile of its own; its end stops what still runs in it. */
export interface Checkout extends AsyncDisposable {
  readonly dir: string
  /** `npm start -- …flags` without npm. */
  readonly start: (flags?: readonly string[], env?: NodeJS.ProcessEnv) => Run
  /** The processes that work anywhere in this folder, guards and servers among them. */
  readonly processes: () => FoundProcess[]
}

export interface FoundProcess {
  readonly pid: number
  readonly command: string
}

export interface Run {
  readonly process: ChildProcess
  output(): string
  /** Waits until the output holds this. @throws with the whole output when the run ends before. */
  says(sign: RegExp): Promise<RegExpExecArray>
  /** The exit code; a signal's name when one ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** A stand-in for the web process: answers everything with 200 and tells what it was given. */
const web = `
import { createServer } from 'node:http'
const { DATABASE_URL, PORT, TIDEGAUGE_MARKET_URL, TIDEGAUGE_SEED } = process.env
console.log('web got', DATABASE_URL, TIDEGAUGE_MARKET_URL, TIDEGAUGE_SEED)
const server = createServer((_, answer) => answer.end()).listen(PORT, '127.0.0.1')
process.on('SIGTERM', () => {
  console.log('web was told')
  setTimeout(() => server.close(() => console.log('web is done')), 300)
})
`
export const webLine = 'web: node web.mjs'

export function checkout(procfile: string): Checkout {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-start-'))
  chmodSync(dir, 0o755)
  cpSync(join(repository, 'dist'), join(dir, 'dist'), { recursive: true })
  for (const name of ['node_modules', 'package.json']) symlinkSync(join(repository, name), join(dir, name))
  writeFileSync(join(dir, 'Procfile'), procfile)
  writeFileSync(join(dir, 'web.mjs'), web)
  const runs: Run[] = []
  return {
    dir,
    start(flags = [], env = {}) {
      const started = run(dir, flags, env)
      runs.push(started)
      return started
    },
    processes: () => processesIn(dir),
    async [Symbol.asyncDispose]() {
      for (const { process: each } of runs) each.kill('SIGTERM')
      await Promise.all(runs.map(({ ended }) => ended))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function run(dir: string, flags: readonly string[], env: NodeJS.ProcessEnv): Run {
  const child = spawn(process.execPath, ['dist/src/start.js', ...flags], {
    cwd: dir,
    env: { ...process.env, NODE_ENV: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      child.emit('said')
    })
  const ended = once(child, 'close').then(([code, signal]) => {
    child.emit('said')
    return (code ?? signal) as number | NodeJS.Signals
  })
  const says = async (sign: RegExp) => {
    for (;;) {
      const match = sign.exec(output)
      if (match !== null) return match
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`Never said ${sign}:\n${output}`)
      await Promise.race([once(child, 'said'), ended])
    }
  }
  return { process: child, output: () => output, says, ended }
}

function processesIn(dir: string): FoundProcess[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(dir)) return []
      return [
        { pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') },
      ]
    } catch {
      // It has ended while we looked.
      return []
    }
  })
}
