import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BAD_INPUT_EXIT_CODE } from '../src/entry.ts'
import { cloneDatabase } from './support/database.ts'
import { testRedis } from './support/redis.ts'

const { url: databaseUrl } = await cloneDatabase()
const { url: redisUrl, prefix } = testRedis()
const entry = join(import.meta.dirname, '../dist/src/server.js')

interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** The exit code, or null after a signal. */
  readonly exit: Promise<number | null>
}

/** The process of the Procfile's `web`. */
function startServer(changes: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [entry], {
    env: {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      TIDEGAUGE_PREFIX: prefix,
      TIDEGAUGE_MARKET: 'live',
      ...changes,
    },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return { child, output: () => output, exit }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'answers what came in before a %s, ends its streams and exits with 0',
  async (signal) => {
    const port = await freePort()
    const { child, exit, output } = startServer({ PORT: String(port) })
    const url = `http://127.0.0.1:${port}`
    const isReady = () =>
      fetch(`${url}/readyz`).then(
        (response) => response.status,
        () => 0,
      )
    await expect.poll(isReady, { timeout: 20_000 }).toBe(200)

    const submitted = (await (await fetch(`${url}/anomaly/scan`, { method: 'POST' })).json()) as {
      id: string
    }
    const stream = await fetch(`${url}/jobs/${submitted.id}/events`)
    const slow = Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/jobs`).then((response) => response.status)),
    )
    expect(await Promise.race([slow, exit])).toEqual(Array.from({ length: 20 }, () => 200))
    child.kill(signal)
    expect(await stream.text()).toContain('event: run')
    expect(await exit, output()).toBe(0)
  },
)

it('says in one sentence that its port is taken, and exits as bad input', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const { exit, output } = startServer({ PORT: String(port), LOG_LEVEL: 'error' })
  expect(await exit).toBe(BAD_INPUT_EXIT_CODE)
  expect(output()).toBe(`PORT: cannot listen on 127.0.0.1:${port}: another program listens there\n`)
  holder.close()
})

it('does not open itself to others without a key', async () => {
  const { exit, output } = startServer({ HOST: '0.0.0.0', LOG_LEVEL: 'error' })
  expect(await exit).toBe(BAD_INPUT_EXIT_CODE)
  expect(output()).toMatch(/^HOST: "0\.0\.0\.0" can be reached by others, and there is no key/)
  expect(output().trim().split('\n')).toHaveLength(1)
})
