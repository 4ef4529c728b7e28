import { utcDate } from '../domain/calendar.ts'
import type { Db } from '../db/connection.ts'
import { readCatalogue, readIncidents } from '../db/exports.ts'
import { readDailyColumns, type DailyColumns as StoredColumns } from '../db/observations.ts'
import { InsufficientDataError } from '../errors.ts'
import { spanOf, writeDataset, type DailyColumns } from '../market/dataset.ts'
import { datasetProtocolOf, hackOf } from './dataset-rows.ts'

/** Protocols read at once. */
const batchProtocols = 500
const beforeAll = '1970-01-01'

export interface ExportOptions {
  /** Nothing later is written. The running day is partial: give the end of the last complete one. */
  readonly asOf: Date
  readonly onProgress?: (done: { protocols: number; totalProtocols: number }) => void
  readonly signal?: AbortSignal
}

export interface ExportResult {
  readonly protocols: number
  readonly rows: number
  readonly incidents: number
}

/**
 * Writes everything that was observed up to `asOf` as a dataset folder that `importDataset` and the replay market read.
 * The files appear when all of them are complete.
 * @throws InsufficientDataError when there is no daily observation
 */
export async function exportDataset(
  db: Db,
  dir: string,
  { asOf, onProgress, signal }: ExportOptions,
): Promise<ExportResult> {
  const catalogue = await readCatalogue(db)
  const series: DailyColumns[] = []
  for (let i = 0; i < catalogue.length; i += batchProtocols) {
    signal?.throwIfAborted()
    const protocolIds = catalogue.slice(i, i + batchProtocols).map(({ id }) => id)
    const stored = await readDailyColumns(db, { fromDate: beforeAll, asOf, protocolIds })
    const byId = new Map(stored.map((columns) => [columns.protocolId, columns]))
    series.push(...protocolIds.map((id) => packed(byId.get(id))))
    onProgress?.({ protocols: series.length, totalProtocols: catalogue.length })
  }
  const rows = series.reduce((sum, { day }) => sum + day.length, 0)
  if (rows === 0)
    throw new InsufficientDataError(`Nothing to export: no daily observation up to ${utcDate(asOf)}`)

  const incidents = await readIncidents(db, utcDate(asOf))
  await writeDataset(dir, {
    protocols: catalogue.map(datasetProtocolOf),
    series,
    hacks: incidents.map(hackOf),
    groundTruth: null,
    ...spanOf(series),
  })
  return { protocols: catalogue.length, rows, incidents: incidents.length }
}

function packed(columns: StoredColumns | undefined): DailyColumns {
  const values = (column: readonly (number | null)[] = []): Float64Array =>
    Float64Array.from(column, (value) => value ?? NaN)
  return {
    day: Int32Array.from(columns?.days ?? []),
    tvlUsd: values(columns?.tvlUsd),
    priceUsd: values(columns?.priceUsd),
    marketCapUsd: values(columns?.marketCapUsd),
    volumeUsd: values(columns?.volumeUsd),
  }
}
