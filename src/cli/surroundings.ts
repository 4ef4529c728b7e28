import * as migrations from '../../migrations/index.ts'
import type { Config } from '../config.ts'
import { connectionFault } from '../connection-faults.ts'
import { createDb, createPool, type Db } from '../db/connection.ts'
import { hasMigration } from '../db/reads/platform.ts'
import { runningInstance } from '../embedded/home.ts'
import { baseUrlOf } from '../supervisor/readiness.ts'
import { CommandError, exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** What every command may use; the configuration is read only by those that need it. */
export interface Surroundings {
  readonly terminal: Terminal
  readonly config: () => Config
}

/** Where Postgres, Redis and the API are: the configuration's, else those of the instance that runs in the home. */
export interface Addresses {
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly apiUrl: string
  readonly isInstanceRunning: boolean
}

export function addressesOf(config: Config): Addresses {
  const instance = runningInstance(config.homeDir)
  return {
    databaseUrl: config.databaseUrl ?? instance?.databaseUrl,
    redisUrl: config.redisUrl ?? instance?.redisUrl,
    apiUrl: config.client.url ?? instance?.apiUrl ?? baseUrlOf(config.http),
    isInstanceRunning: instance !== undefined,
  }
}

type Pool = ReturnType<typeof createPool>

/**
 * Lends a database that has all its tables.
 * @throws CommandError 3 where none is to be found, InputError where it cannot be used
 */
export async function withDatabase<T>(config: Config, work: (db: Db, pool: Pool) => Promise<T>): Promise<T> {
  const { databaseUrl } = addressesOf(config)
  if (databaseUrl === undefined)
    throw new CommandError(
      `No Tidegauge runs in ${config.homeDir}: start it with "npm start" (or name its folder in TIDEGAUGE_HOME), or give DATABASE_URL`,
      exitCodes.unreachable,
    )
  const pool = createPool({ url: databaseUrl, maxConnections: 2, applicationName: 'tidegauge cli' })
  pool.on('error', () => undefined)
  const db = createDb(pool)
  try {
    const isReady = await hasMigration(db, Object.keys(migrations).at(-1)!).catch((error: unknown) => {
      throw new CommandError(
        connectionFault('DATABASE_URL', databaseUrl, error).message,
        exitCodes.unreachable,
        { cause: error },
      )
    })
    if (!isReady)
      throw new CommandError('DATABASE_URL: the database lacks tables of this version; run "npm run migrate"')
    return await work(db, pool)
  } finally {
    await db.destroy()
  }
}

/** Aborted by Ctrl-C or a termination, while the work goes on to a clean end. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController()
  const interrupt = () => interruption.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    return await work(interruption.signal)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

/** @param consequence of an interruption: what the user should know of what was done so far */
export function interruptibly<T>(consequence: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return untilInterrupted(async (signal) => {
    try {
      return await work(signal)
    } catch (error) {
      if (!signal.aborted) throw error
      throw new CommandError(`Interrupted: ${consequence}`, exitCodes.interrupted, { cause: error })
    }
  })
}
