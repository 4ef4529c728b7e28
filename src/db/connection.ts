import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool, type Transaction } from 'kysely'
import pg from 'pg'
import type { Schema } from './schema.ts'

export type Db = Kysely<Schema>
export type Tx = Transaction<Schema>

/** Dates stay `YYYY-MM-DD` (a `Date` would move with the time zone); bigint counts fit a number. */
const types: pg.CustomTypesConfig = {
  getTypeParser(id, format) {
    if (format !== 'binary' && id === pg.types.builtins.DATE) return (value: string) => value
    if (format !== 'binary' && id === pg.types.builtins.INT8) return Number
    return pg.types.getTypeParser(id, format) as (value: string) => unknown
  },
}

export interface ConnectionOptions {
  readonly url: string
  readonly maxConnections: number
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
}

export function createPool({ url, maxConnections, applicationName }: ConnectionOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    options: '-c timezone=UTC',
    types,
  })
  // A connection that is lost between two statements of a transaction tells nobody but its client, and an error that nobody
  // listens to ends the process; the next statement fails with it anyway.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

export function createDb(pool: PostgresPool): Db {
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}
