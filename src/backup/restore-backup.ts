import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { z } from 'zod'
import { migrateWithin, migrationNames, unmigrateWithin } from '../apply-migrations.ts'
import {
  copyStatements,
  createPartitions,
  findFilledTable,
  listTables,
  setSequences,
} from '../db/backup-tables.ts'
import { InputError } from '../errors.ts'
import { type ArchiveReader, openArchive } from './archive-reader.ts'
import { type Manifest, manifest, manifestName, tableEntry } from './manifest.ts'
import type { BackupProgress } from './write-backup.ts'

export interface RestoreOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: BackupProgress) => void
}

export interface RestoreResult {
  readonly madeAt: string
  readonly tables: number
  readonly rows: number
  /** Steps that the database took after the rows were loaded, because this version is newer than the backup. */
  readonly migrated: readonly string[]
}

/**
 * Loads a backup into an empty database, in one transaction: the tables are made as they were, filled, and brought to this
 * version. A database whose tables are all empty counts as empty.
 * @throws InputError when the file is no complete backup, is of a newer version, or the database holds rows
 */
export async function restoreBackup(
  pool: pg.Pool,
  file: string,
  { signal, onProgress }: RestoreOptions = {},
): Promise<RestoreResult> {
  const archive = await openArchive(file)
  const contents = await readManifest(archive, file)
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    await empty(client)
    await migrateWithin(client, contents.migrations.at(-1))
    await checkTables(client, contents, file)
    for (const [done, table] of contents.tables.entries()) {
      onProgress?.({ table: table.name, tables: done, totalTables: contents.tables.length })
      await createPartitions(client, table)
      const copy = client.query(copyFrom(copyStatements(client, table).in))
      await pipeline(archive.read(tableEntry(table.name)), createGunzip(), copy, { signal })
      if (copy.rowCount !== table.rows)
        throw new InputError(
          `${file}: the table ${table.name} has ${copy.rowCount} rows instead of ${table.rows}`,
        )
    }
    await setSequences(client, contents.sequences)
    const migrated = await migrateWithin(client)
    await client.query('commit')
    await client.query('analyze')
    const rows = contents.tables.reduce((sum, table) => sum + table.rows, 0)
    return { madeAt: contents.made_at, tables: contents.tables.length, rows, migrated }
  } catch (error) {
    // Ending the connection rolls everything back, wherever it was.
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.release(broken)
  }
}

async function readManifest(archive: ArchiveReader, file: string): Promise<Manifest> {
  const parsed = manifest.safeParse(await json(archive.read(manifestName)))
  if (!parsed.success)
    throw new InputError(
      `${file}: its ${manifestName} cannot be used\n${z.prettifyError(parsed.error)}\nA backup of a newer version needs that version.`,
    )
  const unknown = parsed.data.migrations.find((step) => !migrationNames.includes(step))
  if (unknown !== undefined)
    throw new InputError(
      `${file}: was made by the newer version ${parsed.data.version} (its database took the step ${unknown}); restore it with that version or a later one`,
    )
  return parsed.data
}

/** Takes away tables without rows, such as a fresh installation has. */
async function empty(client: pg.PoolClient): Promise<void> {
  const filled = await findFilledTable(client, await listTables(client))
  if (filled !== undefined)
    throw new InputError(
      `DATABASE_URL: the database is not empty, its table ${filled} has rows; a backup is restored into an empty one`,
    )
  await unmigrateWithin(client)
}

/** The names in the file are believed only where the steps of that version have made the same. */
async function checkTables(client: pg.PoolClient, { tables }: Manifest, file: string): Promise<void> {
  const made = await listTables(client)
  const shape = (list: readonly { name: string; columns: readonly string[] }[]): string[] =>
    list.map(({ name, columns }) => `${name} (${[...columns].sort().join(', ')})`).sort()
  const expected = shape(made)
  const stray = shape(tables).find((table, i) => table !== expected[i])
  if (stray !== undefined || made.length !== tables.length)
    throw new InputError(`${file}: its tables are not those of its version: ${stray ?? 'one is missing'}`)
}
