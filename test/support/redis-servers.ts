import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { loadConfig } from '../../src/config.ts'
import { freePort } from '../../src/embedded/free-port.ts'
import { findRedis } from '../../src/embedded/redis-program.ts'
import { eventually } from './eventually.ts'

export interface RedisServer extends AsyncDisposable {
  readonly port: number
  /** As the user `default`. */
  readonly admin: Redis
}

/** A Redis of one test alone. @param settings of redis.conf */
export async function startRedisServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  const { PATH, XDG_CACHE_HOME } = process.env
  const { searchPath, cacheDir } = loadConfig({ PATH, XDG_CACHE_HOME })
  const { file, libraryPath } = await findRedis({ searchPath, cacheDir })
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-redis-'))
  const port = await freePort()
  const child = spawn(file, ['-'], {
    env: libraryPath === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const all = {
    port: `${port}`,
    bind: '127.0.0.1',
    dir,
    save: '',
    'maxmemory-policy': 'noeviction',
    ...settings,
  }
  child.stdin.end(
    Object.entries(all)
      .map(([name, value]) => `${name} "${value}"\n`)
      .join(''),
  )
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await eventually(() => listens(port))
  const admin = new Redis({ port, retryStrategy: () => 50, maxRetriesPerRequest: null })
  admin.on('error', () => undefined)
  await admin.ping()
  return {
    port,
    admin,
    async [Symbol.asyncDispose]() {
      admin.disconnect()
      child.kill()
      await ended
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

export interface RedisCluster extends AsyncDisposable {
  /** In the form of `REDIS_URL`. */
  readonly urls: string
  readonly nodes: readonly RedisServer[]
}

/** Three masters that share the 16,384 slots, without replicas. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const starting = [0, 1, 2].map(async () => {
    // The bus port of a node is its port and 10,000 more, unless it is told.
    const bus = `${await freePort()}`
    const settings = { 'cluster-enabled': 'yes', 'cluster-port': bus, 'cluster-node-timeout': '2000' }
    return { bus, server: await startRedisServer(settings) }
  })
  const nodes = await Promise.all(starting)
  const share = Math.ceil(16_384 / nodes.length)
  for (const [i, { server }] of nodes.entries()) {
    const last = Math.min(16_383, (i + 1) * share - 1)
    await server.admin.call('CLUSTER', 'ADDSLOTSRANGE', i * share, last)
    await server.admin.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
  }
  const [first, ...others] = nodes
  for (const { server, bus } of others)
    await first!.server.admin.call('CLUSTER', 'MEET', '127.0.0.1', server.port, bus)
  await eventually(async () => {
    const states = await Promise.all(nodes.map(({ server }) => server.admin.cluster('INFO')))
    return states.every((state) => state.includes('cluster_state:ok') && state.includes('known_nodes:3'))
  })
  return {
    urls: nodes.map(({ server }) => `redis://127.0.0.1:${server.port}`).join(','),
    nodes: nodes.map(({ server }) => server),
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map(({ server }) => server[Symbol.asyncDispose]()))
    },
  }
}
