import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { childEnvironment } from '../../src/config.ts'
import { createApiKey } from '../../src/db/api-keys.ts'
import type { Db } from '../../src/db/connection.ts'

export interface Process extends AsyncDisposable {
  readonly url: string
}

/** The API as the Procfile starts it, with a key; the limit of requests is out of the way, but counted. */
export async function startApiProcess(
  db: Db,
  services: { databaseUrl: string; redisUrl: string },
): Promise<Process & { readonly key: string }> {
  const { key } = await createApiKey(db, { name: 'bench', scopes: ['admin'] })
  const port = await freePort()
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/server.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: childEnvironment({
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      PORT: String(port),
      TIDEGAUGE_MARKET: 'live',
      TIDEGAUGE_RATE_LIMIT: '9999999/60s',
      NODE_ENV: 'production',
    }),
  })
  const url = `http://127.0.0.1:${port}`
  await untilReady(url, child)
  return { url, key, [Symbol.asyncDispose]: () => stop(child) }
}

/** Express and pg alone. */
export async function startBareProcess(databaseUrl: string): Promise<Process> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-server.js'), databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: childEnvironment({ NODE_ENV: 'production' }),
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: line.toString().trim(), [Symbol.asyncDispose]: () => stop(child) }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; child.exitCode === null && tries < 300; tries++) {
    const isReady = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The API at ${url} did not become ready`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
