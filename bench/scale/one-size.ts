import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import type { JobName, PayloadInput } from '../../queues/jobs.ts'
import { loadServiceConfig } from '../../src/config.ts'
import { importDataset } from '../../src/dataset-io/import-dataset.ts'
import { createDb, createPool, type Db } from '../../src/db/connection.ts'
import { findRun, terminalStates } from '../../src/db/job-runs.ts'
import { insertModel } from '../../src/db/models.ts'
import { isoDate } from '../../src/domain/calendar.ts'
import { featureSet } from '../../src/domain/feature-names.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { writeDataset } from '../../src/market/dataset.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { createWorker } from '../../workers/create-worker.ts'
import { handlers } from '../../workers/handlers.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { openPlatform, type Platform } from '../../workers/platform.ts'
import { startOwnServices } from '../collection/own-services.ts'
import { timed } from '../report.ts'
import { randomDataset } from '../random-dataset.ts'

export type Stage = 'collect' | 'features' | 'train' | 'scan'

export interface Measured {
  readonly protocols: number
  readonly seconds: Readonly<Record<Stage, number>>
  /** Of this process, threads included and Postgres not. */
  readonly cpuSeconds: Readonly<Record<Stage, number>>
  /** The most that this process, threads included, held at any moment of a stage. */
  readonly peakMb: Readonly<Record<Stage, number>>
  readonly rows: number
  readonly databaseMb: number
  readonly redisKeys: number
}

const days = 120
const protocols = Number(process.argv[2])

await using services = await startOwnServices()
// The market server is asked for the time only.
const clockOnly = simulateDataset({
  seed: 1,
  protocols: 10,
  days: 12,
  endDate: isoDate(randomDataset.lastDay),
})
await using market = await startMarketServer({ dataset: clockOnly, mode: 'simulate' })
const config = loadServiceConfig({
  DATABASE_URL: services.databaseUrl,
  REDIS_URL: services.redisUrl,
  TIDEGAUGE_PREFIX: `{bench-${randomUUID()}}`,
  TIDEGAUGE_MARKET_URL: market.url,
  TIDEGAUGE_THREADS: '1',
})
const collected = await importAll()
await using platform = await openPlatform(config, 'bench', pino({ level: 'silent' }))
await standInModels(platform.db)
const workers = (['features', 'training', 'anomaly'] as const).map((queue) =>
  createWorker(queue, handlers, platform, platform.connection),
)
const used: Used[] = []
for (const stage of ['build-features', 'train-models', 'scan-protocols'] as const)
  used.push(await stageOf(platform, stage, stage === 'train-models' ? { family: 'anomaly' } : {}))
const [features, train, scan] = used as [Used, Used, Used]
const seconds = { collect: collected.wall, features: features.wall, train: train.wall, scan: scan.wall }
const cpuSeconds = { collect: collected.cpu, features: features.cpu, train: train.cpu, scan: scan.cpu }
const peakMb = { collect: collected.peak, features: features.peak, train: train.peak, scan: scan.peak }
const measured: Measured = { protocols, seconds, cpuSeconds, peakMb, ...(await takeStock(platform)) }
await Promise.all(workers.map((worker) => worker.close()))
console.log(JSON.stringify(measured))

async function importAll(): Promise<Used> {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-scale-'))
  const pool = createPool({ url: services.databaseUrl, maxConnections: 2, applicationName: 'bench' })
  try {
    await writeDataset(dir, randomDataset.make(protocols, days))
    const used = await use(() => importDataset(pool, dir, { now: new Date() }))
    await sql`analyze`.execute(createDb(pool))
    return used
  } finally {
    await pool.end()
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Used {
  readonly wall: number
  readonly cpu: number
  readonly peak: number
}

async function use(work: () => Promise<unknown>): Promise<Used> {
  // Linux then counts the peak from what is held now.
  writeFileSync('/proc/self/clear_refs', '5')
  const before = process.cpuUsage()
  const wall = (await timed(work)) / 1000
  const { user, system } = process.cpuUsage(before)
  return { wall, cpu: (user + system) / 1e6, peak: peakMegabytes() }
}

/** Of resident memory, since the count was last cleared. */
function peakMegabytes(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

/** An installation that has models trains none of its own accord beside what is measured. None of these is current. */
async function standInModels(db: Db): Promise<void> {
  for (const kind of ['risk', 'anomaly'] as const)
    await db.transaction().execute((tx) =>
      insertModel(tx, {
        id: randomUUID(),
        kind,
        algorithm: 'none',
        engine: 'none',
        params: {},
        metrics: {},
        features: [],
        featureSet,
        importance: {},
        horizonDays: null,
        beatsBaselines: null,
        windowFrom: isoDate(randomDataset.lastDay),
        windowTo: isoDate(randomDataset.lastDay),
        trainingRows: 0,
        artifact: {},
        reason: 'stands in for one that was trained before',
        runId: null,
      }),
    )
}

/** What follows from the job, such as the scan after a training, is not counted, and has ended when this returns. */
async function stageOf<N extends JobName>(own: Platform, name: N, payload: PayloadInput<N>): Promise<Used> {
  const used = await use(() => done(own, name, payload))
  const open = own.db.selectFrom('jobRuns').select('id').where('state', 'not in', terminalStates)
  while ((await open.execute()).length > 0) {
    await relayOutbox(own.db, own.producer)
    await sleep(100)
  }
  return used
}

/** Through outbox, queue and worker, as the platform does it. */
async function done<N extends JobName>(
  { db, producer }: Platform,
  name: N,
  payload: PayloadInput<N>,
): Promise<void> {
  const { runId } = await submitJob(db, name, payload, { origin: 'api' })
  while ((await relayOutbox(db, producer)) > 0);
  for (;;) {
    const run = await findRun(db, runId)
    if (run?.state === 'completed') return
    if (run && (terminalStates as readonly string[]).includes(run.state))
      throw new Error(`${name} ${run.state}: ${JSON.stringify(run.error)}`)
    await sleep(25)
  }
}

async function takeStock({
  db,
  connection,
  prefix,
}: Platform): Promise<Pick<Measured, 'databaseMb' | 'redisKeys' | 'rows'>> {
  const { rows: counted } = await sql<{ rows: number; megabytes: number }>`
    select (select sum(n_live_tup)::int8 from pg_stat_user_tables) as rows,
           pg_database_size(current_database()) / 1048576 as megabytes`.execute(db)
  return {
    rows: counted[0]!.rows,
    databaseMb: counted[0]!.megabytes,
    redisKeys: (await connection.keys(`${prefix}*`)).length,
  }
}
