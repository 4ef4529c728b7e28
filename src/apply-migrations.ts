import { Migrator } from 'kysely'
import * as migrations from '../migrations/index.ts'
import { createDb, createPool } from './db/connection.ts'

/**
 * Brings the database to the newest step. Several processes may try at once: Kysely takes an advisory lock, and each
 * step runs in the same transaction as its record.
 * @returns the names of the steps that were taken now.
 */
export async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const pool = createPool({ url: databaseUrl, maxConnections: 2, applicationName: 'tidegauge migrate' })
  const db = createDb(pool).withoutPlugins()
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    })
    const { error, results = [] } = await migrator.migrateToLatest()
    const failed = results.find(({ status }) => status === 'Error')
    if (failed !== undefined) throw new Error(`Migration ${failed.migrationName} failed`, { cause: error })
    if (error instanceof Error) throw error
    return results.map(({ migrationName }) => migrationName)
  } finally {
    await db.destroy()
  }
}
