import type { Logger } from 'pino'
import type { QueueName } from '../queues/contract.ts'
import {
  createProducerConnection,
  createWorkerConnection,
  type RedisConnection,
} from '../queues/connection.ts'
import { createProducer, type Producer } from '../queues/producer.ts'
import { createMarketClock, type DataClock, wallClock } from '../src/clock.ts'
import type { ServiceConfig } from '../src/config.ts'
import { createDb, createPool, type Db } from '../src/db/connection.ts'
import { withPreparedStatements } from '../src/db/prepared-statements.ts'
import { createTroubles, type Troubles } from '../src/logger-troubles.ts'
import { watchClock, watchPool } from '../src/metrics/process-metrics.ts'
import { createWorkerMetrics, type WorkerMetrics } from '../src/metrics/worker-metrics.ts'
import { createRedisAdmission } from '../src/sources/admission/redis-admission.ts'
import { createRedisValidators } from '../src/sources/http/validators.ts'
import { createSources, type Sources, type SourcesOptions } from '../src/sources/sources.ts'
import { type ActiveRuns, createActiveRuns } from './active-runs.ts'
import { type Activity, createActivity } from './activity.ts'
import { createDatabaseGate, type DatabaseGate } from './database-gate.ts'
import type { JobContext } from './handler.ts'
import { openRunRecord, type RunRecord } from './run-record.ts'
import { createSuspects, type Suspects } from './suspects.ts'
import { measureCalls } from './measure.ts'
import { createThreads } from './threads.ts'

/** What handlers share, as opposed to what belongs to one run. */
export type Resources = Pick<
  JobContext,
  'budgets' | 'clock' | 'delivery' | 'historyDays' | 'promotion' | 'rowsTotal' | 'sources' | 'threads'
>

/** Everything that a worker process holds, made once from its configuration and released in the opposite order. */
export interface Platform extends AsyncDisposable {
  readonly log: Logger
  readonly db: Db
  /** For a connection of one's own, such as one that listens. */
  readonly databaseUrl: string
  readonly prefix: string
  /** Jobs of a queue that this process runs at once; CPU work is bound by its threads. */
  readonly concurrency: Readonly<Record<QueueName, number>>
  readonly producer: Producer
  readonly activeRuns: ActiveRuns
  readonly runRecord: RunRecord
  readonly activity: Activity
  readonly databaseGate: DatabaseGate
  readonly suspects: Suspects
  readonly troubles: Troubles
  readonly resources: Resources
  readonly metrics: WorkerMetrics
  /** For BullMQ workers; waits for Redis as long as it takes. */
  readonly connection: RedisConnection
}

export async function openPlatform(config: ServiceConfig, name: string, log: Logger): Promise<Platform> {
  const pool = createPool({
    url: config.databaseUrl,
    maxConnections: 8,
    applicationName: `tidegauge ${name}`,
  })
  const troubles = createTroubles(log)
  pool.on('error', (err) => troubles.report('Postgres connection lost', err))
  const db = createDb(pool)
  const connection = createWorkerConnection(config.redisUrl)
  const producerConnection = createProducerConnection(config.redisUrl)
  for (const redis of [connection, producerConnection])
    redis.on('error', (err: Error) => troubles.report('Redis connection lost', err))
  await producerConnection.connect()
  const producer = createProducer(producerConnection, config.queuePrefix)
  const activeRuns = createActiveRuns(db, troubles)
  const clock = config.market.url === undefined ? wallClock : createMarketClock(config.market.url)

  const budgets = { coingecko: config.sources.coingecko.budget, defillama: config.sources.defillama.budget }
  const metrics = createWorkerMetrics()
  const threads = createThreads(config.threads, { onStuck: () => metrics.stuckThreads.inc() })
  watchPool(metrics.registry, pool)
  watchClock(metrics.registry, producerConnection)
  const sources = openSources(config, connection, clock, { log, onCall: measureCalls(metrics) })

  return {
    log,
    db,
    databaseUrl: config.databaseUrl,
    prefix: config.queuePrefix,
    concurrency: config.concurrency,
    producer,
    activeRuns,
    runRecord: openRunRecord(createDb(withPreparedStatements(pool))),
    activity: createActivity(),
    databaseGate: createDatabaseGate(db, log, troubles),
    suspects: createSuspects(),
    troubles,
    connection,
    metrics,
    resources: {
      clock,
      threads,
      historyDays: config.sources.historyDays,
      promotion: { mustBeatBaselines: config.mustBeatBaselines },
      budgets,
      rowsTotal: metrics.rows,
      delivery: { allowsPrivate: config.allowsPrivateWebhooks, mail: config.mail },
      sources,
    },
    async [Symbol.asyncDispose]() {
      activeRuns.stop()
      await sources[Symbol.asyncDispose]()
      await threads.close()
      await producer.close()
      producerConnection.disconnect()
      connection.disconnect()
      await db.destroy()
    },
  }
}

function openSources(
  { sources, market, queuePrefix: prefix }: ServiceConfig,
  redis: RedisConnection,
  clock: DataClock,
  { log, onCall }: Required<Pick<SourcesOptions, 'log' | 'onCall'>>,
): Sources {
  const { coingecko, defillama } = sources
  return createSources({
    defillamaUrl: defillama.url,
    defillamaCoinsUrl: defillama.coinsUrl,
    coingeckoUrl: coingecko.url,
    coingeckoPlan: coingecko.plan,
    coingeckoApiKey: coingecko.apiKey,
    admission: createRedisAdmission({
      redis,
      prefix,
      budgets: { coingecko: coingecko.budget, defillama: defillama.budget },
      // A market on this machine has no budget to protect.
      afterDataLoss: market.url === undefined ? 'wait' : 'go-on',
    }),
    validators: createRedisValidators(redis, prefix),
    clock: () => clock.latest(),
    log,
    onCall,
  })
}
