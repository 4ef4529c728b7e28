import { Migrator, type MigrationResultSet, NO_MIGRATIONS } from 'kysely'
import type pg from 'pg'
import * as migrations from '../migrations/index.ts'
import { createDb, createPool, type Db } from './db/connection.ts'
import { listMigrations } from './db/backup-tables.ts'
import { InputError } from './errors.ts'

/** Every step that this version knows, in their order. */
export const migrationNames: readonly string[] = Object.keys(migrations).sort()

/**
 * Brings the database to the newest step. Several processes may try at once: Kysely takes an advisory lock, and all steps
 * run in one transaction with their records.
 * @returns the names of the steps that were taken now.
 * @throws InputError when a newer version has migrated the database
 */
export async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const pool = createPool({ url: databaseUrl, maxConnections: 2, applicationName: 'tidegauge migrate' })
  // What a lost connection means is told by the statement that needed it.
  pool.on('error', () => undefined)
  const db = createDb(pool).withoutPlugins()
  try {
    await withClient(pool, refuseNewer)
    return stepsOf(await migratorOf(db).migrateToLatest())
  } finally {
    await db.destroy()
  }
}

/**
 * Takes the steps within the transaction that is open on this connection.
 * @param last the step to end with, the newest by default
 */
export async function migrateWithin(client: pg.PoolClient, last = migrationNames.at(-1)!): Promise<string[]> {
  return stepsOf(await migratorWithin(client).migrateTo(last))
}

/** Takes every step back, within the transaction that is open on this connection. @throws InputError as `applyMigrations` */
export async function unmigrateWithin(client: pg.PoolClient): Promise<void> {
  await refuseNewer(client)
  stepsOf(await migratorWithin(client).migrateTo(NO_MIGRATIONS))
}

function migratorWithin(client: pg.PoolClient): Migrator {
  const lent = { query: client.query.bind(client), release: () => undefined }
  const db = createDb({ connect: () => Promise.resolve(lent), end: () => Promise.resolve() }).withoutPlugins()
  return migratorOf(db, { disableTransactions: true })
}

function migratorOf(db: Db, options: { disableTransactions?: boolean } = {}): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    ...options,
  })
}

function stepsOf({ error, results = [] }: MigrationResultSet): string[] {
  const failed = results.find(({ status }) => status === 'Error')
  if (failed !== undefined) throw new Error(`Migration ${failed.migrationName} failed`, { cause: error })
  if (error instanceof Error) throw error
  return results.map(({ migrationName }) => migrationName)
}

async function withClient(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    await work(client)
  } finally {
    client.release()
  }
}

async function refuseNewer(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  const unknown = (await listMigrations(client))?.find((step) => !migrationNames.includes(step))
  if (unknown !== undefined)
    throw new InputError(
      `DATABASE_URL: a newer version has migrated this database (step ${unknown}); nothing was changed. Run that version's release command, or restore a backup of this one.`,
    )
}
