import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from '../../../src/embedded/home.ts'
import { preparePostgres } from '../../../src/embedded/postgres.ts'
import { identityOf, waitForEnd } from '../../../src/embedded/processes.ts'
import { prepareRedis } from '../../../src/embedded/redis.ts'
import {
  type RunningService,
  runService,
  type ServiceDefinition,
  type ServiceSurroundings,
} from '../../../src/embedded/service.ts'

/** A real server on data of its own that keeps its port over any number of violent ends. */
export interface Server {
  readonly url: string
  readonly port: number
  /** kill -9, and nobody starts it again. */
  kill(): Promise<void>
  start(): Promise<void>
  /** kill -9, away for so long, and back. @returns when it was back, on the clock of `performance.now()` */
  outage(ms: number): Promise<number>
  /** SIGSTOP: connections stay open and nobody answers. */
  freeze(): void
  thaw(): void
  /** Removes its data; only while it is down. */
  wipe(): void
}

interface Prepared {
  readonly definition: ServiceDefinition
  readonly dataDir: string
  readonly urlOf: (service: Pick<RunningService, 'password' | 'port'>) => string
}

export const startPostgresServer = (surroundings: ServiceSurroundings): Promise<Server> =>
  startServer(preparePostgres(surroundings), surroundings)

export const startRedisServer = async (surroundings: ServiceSurroundings): Promise<Server> =>
  startServer(await prepareRedis(surroundings, process.env['PATH'] ?? ''), surroundings)

async function startServer(
  { definition, dataDir, urlOf }: Prepared,
  surroundings: ServiceSurroundings,
): Promise<Server> {
  const { home } = surroundings
  let running = await runService(definition, surroundings)
  const start = async (): Promise<void> => {
    running = await runService(definition, surroundings)
  }
  const signal = (name: NodeJS.Signals): void => {
    process.kill(pidOf(home, definition), name)
  }
  const kill = async (): Promise<void> => {
    const group = identityOf(pidOf(home, definition))
    signal('SIGKILL')
    await running.ended
    if (group) await waitForEnd(group, 10_000)
    // The backends of a killed Postgres hold its shared memory for a moment.
    if (definition.name === 'postgres') await sleep(300)
  }
  return {
    url: urlOf(running),
    port: running.port,
    kill,
    start,
    async outage(ms) {
      await kill()
      await sleep(ms)
      await start()
      return performance.now()
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    wipe: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

function pidOf(home: Home, { name }: ServiceDefinition): number {
  const pid = home.record(name)?.process?.pid
  if (pid === undefined) throw new Error(`${name} is not running`)
  return pid
}
