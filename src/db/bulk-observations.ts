import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { copyColumns, encodeCopy, type BulkColumns } from './copy-encoding.ts'

export interface BulkProvenance {
  readonly source: string
  readonly endpoint: string
  readonly fetchedAt: Date
}

/**
 * Writes daily observations in one transaction by COPY; their partitions must exist. Where the source has told nothing of
 * these protocols yet the rows go straight in, else through a staging table: a past value that changes is first copied to
 * `observation_revisions`. A batch that is stored already, as it is, is left alone, which is what makes an interrupted
 * import resume.
 * @returns how many rows were new or changed
 */
export async function copyDailyObservations(
  pool: pg.Pool,
  batch: readonly BulkColumns[],
  provenance: BulkProvenance,
  signal?: AbortSignal,
): Promise<number> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    // Two imports of one source take turns, or one could copy rows that the other has just written.
    await client.query(takeTurns, [provenance.source])
    const written = await writeBatch(client, batch, provenance, signal)
    await client.query('commit')
    return written
  } catch (error) {
    await client.query('rollback').catch((lost: unknown) => (broken = lost as Error))
    throw error
  } finally {
    client.release(broken)
  }
}

async function writeBatch(
  client: pg.PoolClient,
  batch: readonly BulkColumns[],
  { source, endpoint, fetchedAt }: BulkProvenance,
  signal: AbortSignal | undefined,
): Promise<number> {
  const ids = batch.map(({ protocolId }) => protocolId)
  const rowCount = batch.reduce((sum, { days }) => sum + days.length, 0)
  const contentHash = hashOf(batch)
  if (await holds(client, isStored, [source, contentHash, ids, rowCount])) return 0

  const { rows } = await client.query<{ id: number }>(insertFetch, [
    source,
    endpoint,
    fetchedAt,
    contentHash,
    rowCount,
  ])
  const fetchId = rows[0]!.id
  const copyInto = (table: 'observations' | 'staging'): Promise<void> => {
    const target = client.query(copyFrom(`copy ${table} (${copyColumns}) from stdin (format binary)`))
    return pipeline(Readable.from(encodeCopy(batch, { source, fetchId })), target, { signal })
  }
  if (!(await holds(client, isKnown, [source, ids]))) {
    await copyInto('observations')
    return rowCount
  }
  await client.query(createStaging)
  await copyInto('staging')
  await client.query('analyze staging')
  await client.query(keepRevisions, [source, fetchId])
  const { rowCount: changed } = await client.query(upsertStaging)
  return changed ?? 0
}

async function holds(client: pg.PoolClient, question: string, values: unknown[]): Promise<boolean> {
  const { rows } = await client.query<{ holds: boolean }>(question, values)
  return rows.some((row) => row.holds)
}

function hashOf(batch: readonly BulkColumns[]): string {
  const hash = createHash('sha256')
  for (const { protocolId, days, ...values } of batch) {
    hash.update(protocolId).update(days)
    hash.update(values.tvlUsd).update(values.priceUsd).update(values.marketCapUsd).update(values.volumeUsd)
  }
  return hash.digest('hex')
}

const takeTurns = `select pg_advisory_xact_lock(hashtext('tidegauge.import'), hashtext($1))`

/** Whether every row that the same content once wrote still stands. */
const isStored = `
  select (select count(*) from observations o
          where o.protocol_id = any($3::text[]) and o.resolution = 'day' and o.source = $1 and o.fetch_id = f.id) = $4
         as holds
  from fetches f where f.source = $1 and f.content_hash = $2`

const isKnown = `
  select exists (select from observations
                 where protocol_id = any($2::text[]) and resolution = 'day' and source = $1) as holds`

const insertFetch = `
  insert into fetches (source, endpoint, fetched_at, content_hash, row_count, refused_count)
  values ($1, $2, $3, $4, $5, 0) returning id`

const createStaging = `create temporary table staging (like observations including defaults) on commit drop`

const keepRevisions = `
  insert into observation_revisions (protocol_id, resolution, observed_at, source,
                                     tvl_usd, price_usd, market_cap_usd, volume_usd, fetch_id, replaced_by_fetch_id)
  select o.protocol_id, o.resolution, o.observed_at, o.source,
         o.tvl_usd, o.price_usd, o.market_cap_usd, o.volume_usd, o.fetch_id, $2
  from observations o join staging s using (protocol_id, observed_at)
  where o.resolution = 'day' and o.source = $1
    and (o.tvl_usd, o.price_usd, o.market_cap_usd, o.volume_usd)
        is distinct from (s.tvl_usd, s.price_usd, s.market_cap_usd, s.volume_usd)`

const upsertStaging = `
  insert into observations as o (${copyColumns})
  select ${copyColumns} from staging
  on conflict (protocol_id, resolution, observed_at, source) do update
    set tvl_usd = excluded.tvl_usd, price_usd = excluded.price_usd, market_cap_usd = excluded.market_cap_usd,
        volume_usd = excluded.volume_usd, is_partial = false, fetch_id = excluded.fetch_id
    where (o.tvl_usd, o.price_usd, o.market_cap_usd, o.volume_usd)
          is distinct from (excluded.tvl_usd, excluded.price_usd, excluded.market_cap_usd, excluded.volume_usd)`
