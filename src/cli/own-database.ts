import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '../config.ts'
import { connectionFault } from '../connection-faults.ts'
import { createPool } from '../db/connection.ts'
import { guardHome } from '../embedded/guard.ts'
import { openHome } from '../embedded/home.ts'
import { startPostgres } from '../embedded/postgres.ts'
import { CommandError, exitCodes } from './exit-codes.ts'
import { addressesOf } from './surroundings.ts'
import type { Terminal } from './terminal.ts'

/**
 * Lends the database, whatever tables it has: the configuration's, that of the running instance, or else the embedded one
 * of the home, brought up for this.
 * @param home `existing`: must hold a database; `new`: gets one where it has none
 * @throws CommandError 3 where there is none
 */
export async function withOwnDatabase<T>(
  config: Config,
  terminal: Terminal,
  home: 'existing' | 'new',
  work: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const { databaseUrl } = addressesOf(config)
  if (databaseUrl !== undefined) return withPool(databaseUrl, work)

  if (home === 'existing' && !existsSync(join(config.homeDir, 'services.json')))
    throw new CommandError(
      `There is no database in ${config.homeDir}: name its folder in TIDEGAUGE_HOME, or give DATABASE_URL`,
      exitCodes.unreachable,
    )
  using opened = openHome(config.homeDir)
  using guard = await guardHome(opened)
  const surroundings = { home: opened, guard, cacheDir: config.cacheDir, notice: terminal.note }
  await using postgres = await startPostgres(surroundings)
  return await withPool(postgres.url, work)
}

async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = createPool({ url, maxConnections: 1, applicationName: 'tidegauge cli' })
  pool.on('error', () => undefined)
  try {
    await pool.query('select 1').catch((error: unknown) => {
      const { message } = connectionFault('DATABASE_URL', url, error)
      throw new CommandError(message, exitCodes.unreachable, { cause: error })
    })
    return await work(pool)
  } finally {
    await pool.end()
  }
}
