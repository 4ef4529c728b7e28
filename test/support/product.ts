import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'

/** The product as a user starts it: `npm start`, on a bare machine, in a home of its own. */
export interface Product {
  readonly baseUrl: string
  readonly home: string
  /** Everything that was printed so far. */
  output(): string
  get(path: string): Promise<{ status: number; body: never; headers: Headers }>
  post(path: string, body: unknown): Promise<{ status: number; body: never; headers: Headers }>
  /** Sends SIGINT to npm and everything it started, as a terminal does on Ctrl-C, and waits until all have ended. */
  stop(): Promise<void>
  /** Processes of this home that are still there. */
  leftovers(): string[]
  /** Stops what still runs and removes the home. */
  remove(): Promise<void>
}

export async function startProduct(flags: readonly string[]): Promise<Product> {
  const home = mkdtempSync(join(tmpdir(), 'tidegauge-product-'))
  chmodSync(home, 0o755)
  const port = await freePort()
  const baseUrl = `http://127.0.0.1:${port}`
  let printed = ''
  const { PATH, HOME } = process.env
  const child = spawn('npm', ['start', '--', '--port', String(port), ...flags], {
    env: { PATH, HOME, TIDEGAUGE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (printed += text.toString()))

  const request = async (path: string, init: RequestInit) => {
    const response = await fetch(`${baseUrl}${path}`, { ...init, signal: AbortSignal.timeout(10_000) })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as never,
    }
  }
  const leftovers = (): string[] => processesOf(home)
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGINT')
    await eventually(() => Promise.resolve(leftovers().length === 0), 40_000)
  }
  return {
    baseUrl,
    home,
    output: () => printed,
    get: (path) => request(path, { method: 'GET' }),
    post: (path, body) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    stop,
    leftovers,
    async remove() {
      await stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Processes whose environment or command line names the home, whoever started them. */
export function processesOf(home: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const belongs = command.includes(home) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home)
        return belongs ? [`${pid} ${command}`] : []
      } catch {
        // It ended between the listing and the reading.
        return []
      }
    })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
