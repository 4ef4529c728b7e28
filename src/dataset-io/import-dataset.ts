import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type pg from 'pg'
import { isoDate } from '../domain/calendar.ts'
import { copyDailyObservations } from '../db/bulk-observations.ts'
import { createDb, type Db } from '../db/connection.ts'
import type { BulkColumns } from '../db/copy-encoding.ts'
import { addBareProtocols, markImported } from '../db/imports.ts'
import { saveIncidents } from '../db/incidents.ts'
import { ensurePartitions } from '../db/observations.ts'
import { saveProtocols } from '../db/protocols.ts'
import { InputError } from '../errors.ts'
import { readBareCsv } from '../market/daily-csv.ts'
import { loadDataset, type DailyColumns } from '../market/dataset.ts'
import { incidentsOf, protocolOf } from './dataset-rows.ts'

/** The source of imported observations. */
const importSource = 'dataset'

/** Rows of one transaction: large enough for COPY, small enough to lose little when interrupted. */
const batchRows = 50_000

export interface ImportOptions {
  /** When the data was fetched: the moment of the import. */
  readonly now: Date
  readonly onProgress?: (done: { rows: number; totalRows: number }) => void
  /** Stops between two batches; what is written stays, and the next import goes on from there. */
  readonly signal?: AbortSignal
}

export interface ImportResult {
  readonly protocols: number
  /** In the file. */
  readonly rows: number
  /** New or changed in the database. */
  readonly writtenRows: number
  readonly newIncidents: number
}

/** What a folder or a file holds, checked to its last line before anything is written. */
interface Contents {
  readonly name: string
  readonly series: readonly BulkColumns[]
  readonly saveCatalogue: (db: Db) => Promise<{ newIncidents: number }>
}

/**
 * Reads a dataset folder, or one CSV file in the form of its `daily.csv`, into the database. A folder brings its catalogue
 * and incidents with it; a file adds the protocols that are not known yet under their slug. Twice is the same as once.
 * @throws InputError naming file, line and column; nothing is written then
 */
export async function importDataset(
  pool: pg.Pool,
  path: string,
  { now, onProgress, signal }: ImportOptions,
): Promise<ImportResult> {
  const { name, series, saveCatalogue } = await readContents(path, now)
  const totalRows = series.reduce((sum, { days }) => sum + days.length, 0)
  if (totalRows === 0) throw new InputError(`${path}: has no rows`)

  const db = createDb(pool)
  const { newIncidents } = await saveCatalogue(db)
  await ensurePartitions(db, monthsOf(series))
  let rows = 0
  let writtenRows = 0
  onProgress?.({ rows, totalRows })
  for (const batch of batchesOf(series)) {
    signal?.throwIfAborted()
    const provenance = { source: importSource, endpoint: name, fetchedAt: now }
    writtenRows += await copyDailyObservations(pool, batch, provenance, signal)
    rows += batch.reduce((sum, { days }) => sum + days.length, 0)
    onProgress?.({ rows, totalRows })
  }
  await markImported(
    db,
    series.map(({ protocolId, days }) => ({ protocolId, date: isoDate(days[days.length - 1]!) })),
  )
  return { protocols: series.length, rows: totalRows, writtenRows, newIncidents }
}

async function readContents(path: string, now: Date): Promise<Contents> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError(`${path}: not found; expected a dataset folder or a CSV file`, { cause })
  })
  return found.isDirectory() ? readFolder(path, now) : readFile(path)
}

async function readFolder(dir: string, now: Date): Promise<Contents> {
  const { protocols, series, hacks } = await loadDataset(dir)
  const incidents = incidentsOf(hacks, `${dir}/hacks.json`, now)
  return {
    name: basename(dir),
    series: series.map((columns, i) => bulkColumns(protocols[i]!.slug, columns)).filter(hasRows),
    async saveCatalogue(db) {
      await saveProtocols(db, protocols.map(protocolOf), now)
      return { newIncidents: await saveIncidents(db, incidents) }
    },
  }
}

async function readFile(file: string): Promise<Contents> {
  const bySlug = await readBareCsv(file)
  return {
    name: basename(file),
    series: [...bySlug].map(([slug, columns]) => bulkColumns(slug, columns)),
    async saveCatalogue(db) {
      await addBareProtocols(db, [...bySlug.keys()])
      return { newIncidents: 0 }
    },
  }
}

function bulkColumns(protocolId: string, { day, ...values }: DailyColumns): BulkColumns {
  return { protocolId, days: day, ...values }
}

const hasRows = ({ days }: BulkColumns): boolean => days.length > 0

/** Whole protocols, so that the same file gives the same batches. */
function* batchesOf(series: readonly BulkColumns[]): Generator<BulkColumns[]> {
  let batch: BulkColumns[] = []
  let rows = 0
  for (const columns of series) {
    batch.push(columns)
    rows += columns.days.length
    if (rows < batchRows) continue
    yield batch
    batch = []
    rows = 0
  }
  if (batch.length > 0) yield batch
}

/** One instant of each month that has a row. */
function monthsOf(series: readonly BulkColumns[]): { observedAt: Date }[] {
  const days = new Set(series.flatMap(({ days }) => Array.from(days)))
  const months = new Set([...days].map((day) => isoDate(day).slice(0, 7)))
  return [...months].map((month) => ({ observedAt: new Date(`${month}-01T00:00:00Z`) }))
}
