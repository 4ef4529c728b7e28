import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { copyStatements, listMigrations, listTables, readSequences } from '../db/backup-tables.ts'
import { InputError } from '../errors.ts'
import { version } from '../version.ts'
import { type ArchiveWriter, createArchive } from './archive-writer.ts'
import { type Manifest, manifestName, tableEntry } from './manifest.ts'

export interface BackupOptions {
  readonly madeAt: Date
  /** Stops the work; no file is left behind. */
  readonly signal?: AbortSignal
  readonly onProgress?: (done: BackupProgress) => void
}

export interface BackupProgress {
  /** The table that is being copied. */
  readonly table: string
  readonly tables: number
  readonly totalTables: number
}

export interface BackupResult {
  readonly file: string
  readonly bytes: number
  readonly tables: number
  readonly rows: number
}

/**
 * Writes every table as it is at one moment into a tar file of compressed COPY streams, while the platform works on. What is
 * in memory does not grow with the tables.
 * @param file does not exist yet
 * @throws InputError when the database has no tables of Tidegauge
 */
export async function writeBackup(
  pool: pg.Pool,
  file: string,
  { madeAt, signal, onProgress }: BackupOptions,
): Promise<BackupResult> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    // One snapshot for all tables.
    await client.query('begin isolation level repeatable read read only')
    const migrations = await listMigrations(client)
    if (migrations === undefined || migrations.length === 0)
      throw new InputError(
        'DATABASE_URL: the database has no tables of Tidegauge, so there is nothing to save',
      )
    const stored = await listTables(client)
    await using archive = await createArchive(file, madeAt)
    const tables: Manifest['tables'] = []
    for (const table of stored) {
      onProgress?.({ table: table.name, tables: tables.length, totalTables: stored.length })
      const copy = client.query(copyTo(copyStatements(client, table).out))
      await compressInto(archive, tableEntry(table.name), copy, signal)
      const { name, columns, partitions } = table
      tables.push({ name, columns: [...columns], rows: copy.rowCount, partitions: [...partitions] })
    }
    // Sequences stand outside of snapshots: read last, they are never behind the rows.
    const sequences = await readSequences(client)
    const manifest: Manifest = {
      format: 1,
      version,
      made_at: madeAt.toISOString(),
      migrations,
      tables,
      sequences,
    }
    await archive.add(manifestName, [Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)])
    const bytes = await archive.finish()
    await client.query('commit')
    return { file, bytes, tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0) }
  } catch (error) {
    // A copy that was cut off leaves the connection in the middle of its stream.
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.release(broken)
  }
}

async function compressInto(
  archive: ArchiveWriter,
  name: string,
  rows: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): Promise<void> {
  const write = (chunks: AsyncIterable<Buffer>): Promise<void> => archive.add(name, chunks)
  // Level 3: half the time of the default for a tenth more bytes.
  await pipeline(rows, createGzip({ level: 3 }), write, { signal })
}
