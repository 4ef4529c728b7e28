import { createDb, createPool } from '../../src/db/connection.ts'
import { saveObservations } from '../../src/db/observations.ts'
import { saveProtocols } from '../../src/db/protocols.ts'
import { startOfHour } from '../../src/domain/calendar.ts'
import { openClients, type ClientOptions } from './market-clients.ts'

export interface CatalogueOrder {
  readonly clients: ClientOptions
  readonly databaseUrl: string
}

export interface CatalogueResult {
  readonly rows: number
  readonly fetchedMs: number
  readonly storedMs: number
  readonly peakRssBytes: number
}

/** Fetches a whole catalogue and stores it, in a process of its own so that its memory can be told. */
async function main({ clients: options, databaseUrl }: CatalogueOrder): Promise<CatalogueResult> {
  await using clients = openClients(options)
  const pool = createPool({ url: databaseUrl, maxConnections: 2, applicationName: 'bench' })
  const db = createDb(pool)
  await pool.query('SELECT 1')
  const started = performance.now()
  const catalogue = await clients.sources.defillama.protocols({
    signal: new AbortController().signal,
    lane: 'snapshot',
  })
  const fetched = performance.now()
  await saveProtocols(
    db,
    catalogue.rows.map(({ protocol }) => protocol),
    catalogue.fetchedAt,
  )
  const observedAt = startOfHour(catalogue.fetchedAt)
  await saveObservations(db, {
    resolution: 'hour',
    rows: catalogue.rows.map(({ protocol, tvlUsd }) => ({ protocolId: protocol.id, observedAt, tvlUsd })),
    provenance: {
      source: 'defillama',
      endpoint: 'protocols',
      fetchedAt: catalogue.fetchedAt,
      contentHash: catalogue.contentHash,
      refusedCount: catalogue.refused.length,
    },
  })
  const stored = performance.now()
  await db.destroy()
  return {
    rows: catalogue.rows.length,
    fetchedMs: fetched - started,
    storedMs: stored - fetched,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  }
}

process.send?.(await main(JSON.parse(process.argv[2]!) as CatalogueOrder))
