import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { pino } from 'pino'
import { childEnvironment, loadServiceConfig } from '../src/config.ts'
import { submitJobs } from '../src/jobs/submit.ts'
import { relayOutbox } from '../workers/outbox-relay.ts'
import { openPlatform, type Platform } from '../workers/platform.ts'
import { startOwnServices } from './collection/own-services.ts'
import { figure, type Figure } from './report.ts'

const processes = [1, 2, 3, 4]
const kinds = {
  /** As collecting is: most of the time somebody else works. */
  waiting: { jobs: 800, work: '20 ms of waiting' },
  /** As training is: a core is busy. */
  computing: { jobs: 200, work: '20 ms of a core' },
} as const
type Kind = keyof typeof kinds

/** Jobs a second by the number of worker processes, which know of each other by Redis and Postgres alone, as machines do. */
export async function run(): Promise<Figure[]> {
  await using services = await startOwnServices()
  const addresses = {
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    TIDEGAUGE_PREFIX: `{bench-${randomUUID()}}`,
    TIDEGAUGE_MARKET_URL: 'http://127.0.0.1:9',
    TIDEGAUGE_CONCURRENCY_ALERTS: '4',
  }
  await using platform = await openPlatform(loadServiceConfig(addresses), 'bench', pino({ level: 'silent' }))
  const figures: Figure[] = []
  for (const kind of ['waiting', 'computing'] as const) {
    let alone = 0
    for (const count of processes) {
      const perSecond = await throughput(platform, kind, count, addresses)
      alone ||= perSecond
      figures.push(
        figure({
          name: `${count} worker ${count === 1 ? 'process' : 'processes'}, jobs of ${kinds[kind].work}`,
          value: perSecond,
          unit: 'jobs/s',
          detail: `${(perSecond / alone).toFixed(2)} times one process, on ${availableParallelism()} cores`,
        }),
      )
    }
  }
  return figures
}

async function throughput(
  { db, producer }: Platform,
  kind: Kind,
  count: number,
  addresses: Readonly<Record<string, string>>,
): Promise<number> {
  const { jobs } = kinds[kind]
  const queue = producer.queues.get('alerts')!
  await queue.pause()
  const payloads = Array.from({ length: jobs }, () => ({ delivery_id: randomUUID() }))
  await submitJobs(db, 'deliver-alert', payloads, { origin: 'job' })
  while ((await relayOutbox(db, producer)) > 0);

  const script = fileURLToPath(new URL('./jobs/worker-process.js', import.meta.url))
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [script, kind], {
      env: childEnvironment(addresses),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  )
  await Promise.all(children.map((child) => once(child, 'message')))
  const startedAt = performance.now()
  await queue.resume()
  while ((await open(db)) > 0) await sleep(10)
  const perSecond = (1000 * jobs) / (performance.now() - startedAt)
  await Promise.all(children.map(stop))
  return perSecond
}

async function open(db: Platform['db']): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*) as open from job_runs where state in ('queued', 'active', 'waiting')`.execute(db)
  return rows[0]!.open
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
