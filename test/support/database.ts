import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { createDb, createPool, type Db } from '../../src/db/connection.ts'

export interface TestDatabase {
  readonly url: string
  readonly pool: pg.Pool
  readonly db: Db
}

/**
 * A migrated, empty database of its own for a test file, dropped after the file. Call it at the top of the file:
 * `const { db } = await cloneDatabase()`.
 */
export async function cloneDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('TIDEGAUGE_TEST_DATABASE_URL'))
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`)
  const url = Object.assign(new URL(template), { pathname: name }).href
  const pool = createPool({ url, maxConnections: 5, applicationName: 'tidegauge test' })
  // A connection that the forced drop cuts off is no news.
  pool.on('error', () => undefined)
  const db = createDb(pool)
  afterAll(async () => {
    await db.destroy()
    await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
  })
  return { url, pool, db }
}

/** From the maintenance database: nobody may be connected to a template while it is copied. */
async function onServer(statement: string): Promise<void> {
  const url = Object.assign(new URL(inject('TIDEGAUGE_TEST_DATABASE_URL')), { pathname: 'postgres' }).href
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
