import { setMaxListeners } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProducerConnection, type RedisConnection } from '../../queues/connection.ts'
import { createProducer } from '../../queues/producer.ts'
import type { ServiceConfig } from '../config.ts'
import { followChanges } from '../db/changes.ts'
import { createDb, createPool } from '../db/connection.ts'
import { withPreparedStatements } from '../db/prepared-statements.ts'
import { InputError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createFleet } from '../metrics/fleet.ts'
import { watchClock, watchPool } from '../metrics/process-metrics.ts'
import { createMetrics } from '../metrics/web-metrics.ts'
import { createApp } from './app.ts'
import { createBoard } from './board/board.ts'
import { createKeptAnswers } from './kept-answers.ts'
import { createKeyRing, type KeyRing } from './key-ring.ts'
import { isLoopbackHost } from './loopback.ts'
import { createRateLimit } from './rate-limit.ts'
import { createRunWatcher } from './run-watcher.ts'
import type { ApiServices, SourceState } from './services.ts'
import { createSessions } from './sessions.ts'

export interface ApiOptions {
  readonly config: ServiceConfig
  readonly logger: Logger
  readonly version: string
  /** The step that the database must have taken to be ready. */
  readonly newestMigration: string
  readonly readSourceStates: (redis: RedisConnection, prefix: string) => Promise<readonly SourceState[]>
  /** The built pages, where there are any. */
  readonly dashboardDir: string | undefined
}

export interface RunningApi extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8000`. */
  readonly url: string
}

const maxConnections = 10
const redisTimeoutMs = 250
const loginsPerMinute = 20
const drainMs = 8_000
const keptAnswersBytes = 64 * 2 ** 20

/**
 * Opens the API on the configured address; disposing of it answers what has come in, ends the streams and lets go of everything.
 * @throws InputError when the port is taken, or when the address is not a loopback one and no key guards it
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { config, logger, newestMigration } = options
  const pool = createPool({ url: config.databaseUrl, maxConnections, applicationName: 'tidegauge web' })
  pool.on('error', (error) => logger.warn({ err: error }, 'database connection lost'))
  const db = createDb(withPreparedStatements(pool))
  const redis = openRedis(createProducerConnection(config.redisUrl), logger)
  const quickRedis = openRedis(
    createProducerConnection(config.redisUrl, {
      commandTimeout: redisTimeoutMs,
      enableAutoPipelining: true,
    }),
    logger,
  )
  const producer = createProducer(redis, config.queuePrefix)
  for (const queue of producer.queues.values()) queue.on('error', () => undefined)
  const stops = new AbortController()
  // One for each open stream.
  setMaxListeners(0, stops.signal)
  const keyRing = createKeyRing(db)
  const keptAnswers = createKeptAnswers({
    maxBytes: keptAnswersBytes,
    hearsOfChanges: () => changes.isLive,
  })
  const changes = followChanges({
    databaseUrl: config.databaseUrl,
    channel: 'tidegauge_changed',
    db,
    onChange: (table) => (table === 'api_keys' ? keyRing : keptAnswers).forget(),
    onGap() {
      keyRing.forget()
      keptAnswers.forget()
    },
    onLost: (error) =>
      logger.warn({ err: error }, 'changes are not heard of: answers are kept a second at most'),
  })
  const metrics = createMetrics()
  watchPool(metrics.registry, pool)
  watchClock(metrics.registry, quickRedis)
  const readStates = (): ReturnType<ApiServices['readSourceStates']> =>
    options.readSourceStates(quickRedis, config.queuePrefix).catch(() => undefined)
  const services: ApiServices = {
    config,
    db,
    logger,
    metrics,
    newestMigration,
    isRedisUp: () =>
      quickRedis.ping().then(
        () => true,
        () => false,
      ),
    fleet: createFleet(metrics.registry, {
      db,
      queues: producer.queues,
      sources: config.sources,
      readSourceStates: readStates,
    }),
    readSourceStates: readStates,
    runWatcher: createRunWatcher(db, logger),
  }
  const limiter = { redis: quickRedis, fallbacks: metrics.rateLimitFallbacks }
  const release = async (): Promise<void> => {
    await changes[Symbol.asyncDispose]()
    // Queues that have never met their Redis wait for it for ever.
    await Promise.race([producer.close(), sleep(redisTimeoutMs, undefined, { ref: false })])
    redis.disconnect()
    quickRedis.disconnect()
    await db.destroy()
  }

  try {
    const isLoopbackBound = isLoopbackHost(config.http.host)
    if (!isLoopbackBound) await requireKeys(keyRing, config.http.host)
    const app = createApp({
      ...options,
      services,
      keyRing,
      keptAnswers,
      sessions: createSessions(config.http.sessionSecret),
      rateLimit: createRateLimit({
        ...limiter,
        ...config.http.rateLimit,
        prefix: `${config.queuePrefix}:rate:`,
      }),
      loginLimit: createRateLimit({
        ...limiter,
        calls: loginsPerMinute,
        windowMs: 60_000,
        prefix: `${config.queuePrefix}:login:`,
      }),
      board: createBoard(producer.queues, db),
      isLoopbackBound,
      serverStops: stops.signal,
    })
    const server = await listen(createServer(app), config.http)
    const { address, port, family } = server.address() as AddressInfo
    return {
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
      async [Symbol.asyncDispose]() {
        stops.abort()
        await drain(server)
        await release()
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

/** Connects in the background; whoever asks before that, or while Redis is away, is told at once. */
function openRedis(connection: RedisConnection, logger: Logger): RedisConnection {
  let isAway = false
  connection.on('ready', () => {
    if (isAway) logger.info('Redis is back')
    isAway = false
  })
  connection.on('error', (error) => {
    if (!isAway) logger.warn({ err: error }, 'Redis is away: submissions wait in Postgres')
    isAway = true
  })
  connection.connect().catch(() => undefined)
  return connection
}

async function requireKeys(keyRing: KeyRing, host: string): Promise<void> {
  const keys = await keyRing.current()
  if (!keys.isAnyLive)
    throw new InputError(
      `HOST: "${host}" can be reached by others, and there is no key to keep them out; make one with "npx tidegauge keys create", or use HOST=127.0.0.1`,
    )
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<Server> {
  const faults: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there',
    EADDRNOTAVAIL: 'this machine has no such address',
    EACCES: 'this user may not use that port',
  }
  server.requestTimeout = 30_000
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const fault = faults[error.code ?? '']
      reject(fault === undefined ? error : new InputError(`PORT: cannot listen on ${host}:${port}: ${fault}`))
    })
    server.listen(port, host, () => resolve(server))
  })
}

/** No new connections; those at work finish, within a bound. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const sweep = setInterval(() => server.closeIdleConnections(), 100)
  const bound = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(sweep)
  clearTimeout(bound)
}
