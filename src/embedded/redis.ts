import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { childEnvironment } from '../config.ts'
import { type KeptService, keepService } from './kept-service.ts'
import { findRedis, type RedisProgram } from './redis-program.ts'
import { redisAnswers } from './redis-probe.ts'
import type { ServiceDefinition, ServiceSurroundings } from './service.ts'

export interface EmbeddedRedis extends KeptService {
  readonly url: string
  /** Where the program came from, for people. */
  readonly origin: string
}

/** Brings up a Redis of our own on the data of this home. @throws {InputError} when there is no program to be had. */
export async function startRedis(
  surroundings: ServiceSurroundings,
  searchPath: string,
): Promise<EmbeddedRedis> {
  const { definition, origin, urlOf } = await prepareRedis(surroundings, searchPath)
  const service = await keepService(definition, surroundings)
  return { ...service, url: urlOf(service), origin }
}

/** A Redis with its data folder, ready to be run. @throws {InputError} when there is no program to be had. */
export async function prepareRedis(
  { home, cacheDir }: Pick<ServiceSurroundings, 'cacheDir' | 'home'>,
  searchPath: string,
) {
  const program = await findRedis({ searchPath, cacheDir })
  const dataDir = join(home.dir, 'redis')
  const logFile = join(home.dir, 'redis.log')
  const definition: ServiceDefinition = {
    name: 'redis',
    stopSignals: ['SIGTERM', 'SIGKILL'],
    logFile,
    launch(port, password) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      return launch(program, { port, requirepass: password, dir: dataDir, logfile: logFile })
    },
    isReady: (_pid, port, password) => redisAnswers(port, password),
  }
  const urlOf = (service: Pick<KeptService, 'password' | 'port'>): string =>
    `redis://:${service.password}@127.0.0.1:${service.port}`
  return { definition, dataDir, origin: program.origin, urlOf }
}

/** Queues must never be evicted; a crash of the machine may cost the last second, which the reconciler makes up for. */
const settings = {
  bind: '127.0.0.1',
  'protected-mode': 'yes',
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '',
  'maxmemory-policy': 'noeviction',
  hz: '5',
  activerehashing: 'no',
  loglevel: 'notice',
}

function launch(program: RedisProgram, own: Record<string, string | number>) {
  // By standard input: a password among the arguments could be read by everybody.
  const child = spawn(program.file, ['-'], {
    env: childEnvironment(program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath }),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const lines = Object.entries({ ...settings, ...own }).map(([name, value]) => `${name} "${value}"\n`)
  child.stdin.on('error', () => undefined).end(lines.join(''))
  return child
}
