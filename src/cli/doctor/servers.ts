import { sql } from 'kysely'
import * as migrations from '../../../migrations/index.ts'
import { isLoopbackHost } from '../../api/loopback.ts'
import type { Config } from '../../config.ts'
import { createProbeConnection } from '../../../queues/connection.ts'
import { connectionFault } from '../../connection-faults.ts'
import { readLiveKeys } from '../../db/api-keys.ts'
import { createDb, createPool, type Db } from '../../db/connection.ts'
import { hasMigration } from '../../db/reads/platform.ts'
import { fault, type Finding, judgeClock, ok, skipped, warning } from './check.ts'

const leastPostgres = 14
const leastRedis = [6, 2] as const

/** Postgres: reachable, new enough, migrated, on time; and whether keys guard what the network can reach. */
export async function examinePostgres(config: Config, url: string | undefined): Promise<Finding[]> {
  const { host } = config.http
  if (url === undefined) return [skipped('Postgres', 'embedded, and not running now'), ...uncountedKeys(host)]
  const pool = createPool({ url, maxConnections: 1, applicationName: 'tidegauge doctor' })
  pool.on('error', () => undefined)
  const db = createDb(pool)
  try {
    await sql`select 1`.execute(db)
    const before = Date.now()
    const { rows } = await sql<{ version: string; now: Date }>`
      select current_setting('server_version') as version, clock_timestamp() as now`.execute(db)
    const { version, now } = rows[0]!
    return [
      judgePostgresVersion(version),
      judgeClock('Clock against Postgres', (before + Date.now()) / 2 - now.getTime()),
      ...(await examineTables(config, db)),
    ]
  } catch (error) {
    const { message } = connectionFault('DATABASE_URL', url, error)
    return [fault('Postgres', message, 'Start the server, or correct DATABASE_URL'), ...uncountedKeys(host)]
  } finally {
    await db.destroy()
  }
}

async function examineTables(config: Config, db: Db): Promise<Finding[]> {
  if (!(await hasMigration(db, Object.keys(migrations).at(-1)!)))
    return [fault('Tables', 'older than this version', 'Run "npm run migrate" with the same DATABASE_URL')]
  return [ok('Tables', 'up to date'), judgeKeys(config.http.host, await readLiveKeys(db))]
}

export function judgePostgresVersion(version: string): Finding {
  if (Number.parseInt(version, 10) >= leastPostgres) return ok('Postgres', version)
  return fault('Postgres', version, `Upgrade to Postgres ${leastPostgres} or newer`)
}

export function judgeKeys(
  host: string,
  { keys, wasAnyMade }: Awaited<ReturnType<typeof readLiveKeys>>,
): Finding {
  const create = 'Make one: tidegauge keys create NAME --scope admin'
  if (keys.length > 0) return ok('API keys', `${keys.length} in use, served on ${host}`)
  if (!isLoopbackHost(host))
    return fault('API keys', `none, and HOST=${host} can be reached by others`, create)
  if (wasAnyMade) return warning('API keys', 'all are revoked: nobody can use the API', create)
  return ok('API keys', `none: only this machine is served, on ${host}`)
}

/** Without the database nobody knows whether keys guard an address that others can reach. */
export function uncountedKeys(host: string): Finding[] {
  if (isLoopbackHost(host)) return []
  return [
    warning(
      'API keys',
      `HOST=${host} can be reached by others, and the keys cannot be counted without Postgres`,
      'Run this again while Tidegauge runs; without any key the API refuses to listen there',
    ),
  ]
}

/** Redis: reachable, new enough, on time, and set so that no job is lost. */
export async function examineRedis(url: string | undefined): Promise<Finding[]> {
  if (url === undefined) return [skipped('Redis', 'embedded, and not running now')]
  const redis = createProbeConnection(url)
  let lastFault: unknown
  redis.on('error', (error: Error) => (lastFault = error))
  try {
    await redis.connect()
    const before = Date.now()
    const [seconds = 0, microseconds = 0] = (await redis.time()).map(Number)
    const skewMs = (before + Date.now()) / 2 - (seconds * 1000 + microseconds / 1000)
    return [...judgeRedis(factsIn(await redis.info())), judgeClock('Clock against Redis', skewMs)]
  } catch (error) {
    const { message } = connectionFault('REDIS_URL', url, lastFault ?? error)
    return [fault('Redis', message, 'Start the server, or correct REDIS_URL')]
  } finally {
    redis.disconnect()
  }
}

type Facts = Readonly<Record<string, string>>

/** The `name:value` lines of INFO; managed servers answer it where they refuse CONFIG. */
function factsIn(info: string): Facts {
  return Object.fromEntries(
    [...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name!, value!]),
  )
}

export function judgeRedis(facts: Facts): Finding[] {
  const { redis_version: version = '0', maxmemory_policy: policy = 'unknown', aof_enabled } = facts
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNew = major > leastRedis[0] || (major === leastRedis[0] && minor >= leastRedis[1])
  return [
    isNew
      ? ok('Redis', version)
      : fault('Redis', version, `Upgrade to Redis ${leastRedis.join('.')} or newer, or Valkey`),
    policy === 'noeviction'
      ? ok('Redis memory policy', policy)
      : fault(
          'Redis memory policy',
          `${policy}: jobs may be evicted`,
          'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf',
        ),
    aof_enabled === '1'
      ? ok('Redis persistence', 'append-only file')
      : warning(
          'Redis persistence',
          'no append-only file: a restart forgets what is queued',
          'CONFIG SET appendonly yes, and the same in redis.conf; Postgres lets the queues be rebuilt meanwhile',
        ),
  ]
}
