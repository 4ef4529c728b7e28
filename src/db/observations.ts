import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** One protocol at one moment as one source tells it; null = the source does not say. */
export interface SourcedRow {
  readonly protocolId: string
  readonly observedAt: Date
  readonly tvlUsd?: number | null
  readonly priceUsd?: number | null
  readonly marketCapUsd?: number | null
  readonly volumeUsd?: number | null
  /** The running day: will be replaced without leaving a revision. */
  readonly isPartial?: boolean
}

export interface Provenance {
  readonly source: string
  readonly endpoint: string
  readonly fetchedAt: Date
  readonly contentHash: string
  readonly refusedCount: number
}

/** Rows of one answer of a source. */
export interface Collected {
  readonly resolution: 'day' | 'hour'
  readonly rows: readonly SourcedRow[]
  readonly provenance: Provenance
}

/**
 * Upserts by (protocol, resolution, time, source). A past value that changes is first copied to `observation_revisions`.
 * @returns how many rows were new or changed
 */
export async function saveObservations(db: Db, { resolution, rows, provenance }: Collected): Promise<number> {
  if (rows.length === 0) return 0
  await ensurePartitions(db, rows)
  return db.transaction().execute(async (tx) => {
    const { id: fetchId } = await tx
      .insertInto('fetches')
      .values({
        source: provenance.source,
        endpoint: provenance.endpoint,
        fetchedAt: provenance.fetchedAt,
        contentHash: provenance.contentHash,
        rowCount: rows.length,
        refusedCount: provenance.refusedCount,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    let written = 0
    for (let i = 0; i < rows.length; i += 5_000)
      written += await upsertBatch(tx, rows.slice(i, i + 5_000), {
        resolution,
        source: provenance.source,
        fetchId,
      })
    return written
  })
}

async function upsertBatch(
  db: Db,
  rows: readonly SourcedRow[],
  { resolution, source, fetchId }: { resolution: 'day' | 'hour'; source: string; fetchId: number },
): Promise<number> {
  const { rows: counted } = await sql<{ written: number }>`
    with incoming as (
      select * from unnest(
        ${rows.map((row) => row.protocolId)}::text[], ${rows.map((row) => row.observedAt)}::timestamptz[],
        ${rows.map((row) => row.tvlUsd ?? null)}::float8[], ${rows.map((row) => row.priceUsd ?? null)}::float8[],
        ${rows.map((row) => row.marketCapUsd ?? null)}::float8[], ${rows.map((row) => row.volumeUsd ?? null)}::float8[],
        ${rows.map((row) => row.isPartial ?? false)}::boolean[]
      ) as r (protocol_id, observed_at, tvl_usd, price_usd, market_cap_usd, volume_usd, is_partial)
    ), revised as (
      insert into observation_revisions (protocol_id, resolution, observed_at, source,
                                         tvl_usd, price_usd, market_cap_usd, volume_usd, fetch_id, replaced_by_fetch_id)
      select o.protocol_id, o.resolution, o.observed_at, o.source,
             o.tvl_usd, o.price_usd, o.market_cap_usd, o.volume_usd, o.fetch_id, ${fetchId}
      from observations o join incoming i using (protocol_id, observed_at)
      where o.resolution = ${resolution} and o.source = ${source} and not o.is_partial
        and (o.tvl_usd, o.price_usd, o.market_cap_usd, o.volume_usd)
            is distinct from (i.tvl_usd, i.price_usd, i.market_cap_usd, i.volume_usd)
    ), written as (
      insert into observations as o (protocol_id, resolution, observed_at, source,
                                     tvl_usd, price_usd, market_cap_usd, volume_usd, is_partial, fetch_id)
      select protocol_id, ${resolution}, observed_at, ${source},
             tvl_usd, price_usd, market_cap_usd, volume_usd, is_partial, ${fetchId}
      from incoming
      on conflict (protocol_id, resolution, observed_at, source) do update
        set tvl_usd = excluded.tvl_usd, price_usd = excluded.price_usd, market_cap_usd = excluded.market_cap_usd,
            volume_usd = excluded.volume_usd, is_partial = excluded.is_partial, fetch_id = excluded.fetch_id
        where (o.tvl_usd, o.price_usd, o.market_cap_usd, o.volume_usd, o.is_partial)
              is distinct from
              (excluded.tvl_usd, excluded.price_usd, excluded.market_cap_usd, excluded.volume_usd, excluded.is_partial)
      returning 1
    )
    select count(*) as written from written`.execute(db)
  return counted[0]?.written ?? 0
}

/** One partition a month, made when its first row comes. */
export async function ensurePartitions(
  db: Db,
  rows: readonly Pick<SourcedRow, 'observedAt'>[],
): Promise<void> {
  const months = new Set(rows.map(({ observedAt }) => observedAt.toISOString().slice(0, 7)))
  const { rows: existing } = await sql<{ relname: string }>`
    select relname from pg_class where relkind = 'r' and relname like 'observations\\_%'`.execute(db)
  const known = new Set(existing.map((table) => table.relname))
  for (const month of months) {
    const name = `observations_${month.replace('-', '_')}`
    if (!known.has(name)) await createPartition(db, name, month)
  }
}

async function createPartition(db: Db, name: string, month: string): Promise<void> {
  const [year, index] = month.split('-').map(Number) as [number, number]
  const next = new Date(Date.UTC(year, index, 1)).toISOString().slice(0, 7)
  await db.transaction().execute(async (tx) => {
    // Several collectors meet at a new month; one makes the partition, the others find it.
    await sql`select pg_advisory_xact_lock(hashtext('tidegauge.partitions'))`.execute(tx)
    await sql`create table if not exists ${sql.id(name)} partition of observations
              for values from (${sql.lit(`${month}-01T00:00:00Z`)}) to (${sql.lit(`${next}-01T00:00:00Z`)})`.execute(
      tx,
    )
  })
}

/** A day that has ended gets the values of its first hour, which is what the sources will call that day, and is no longer partial. */
export async function closePartialDays(db: Db, today: string): Promise<void> {
  await sql`
    update observations d
    set is_partial = false,
        tvl_usd = coalesce(h.tvl_usd, d.tvl_usd), price_usd = coalesce(h.price_usd, d.price_usd),
        market_cap_usd = coalesce(h.market_cap_usd, d.market_cap_usd), volume_usd = coalesce(h.volume_usd, d.volume_usd)
    from observations p
    left join lateral (
      select * from observations f
      where f.protocol_id = p.protocol_id and f.source = p.source and f.resolution = 'hour'
        and f.observed_at >= p.observed_at and f.observed_at < p.observed_at + interval '1 day'
      order by f.observed_at limit 1
    ) h on true
    where p.resolution = 'day' and p.is_partial and p.observed_at < ${today}::date
      and d.protocol_id = p.protocol_id and d.resolution = 'day' and d.observed_at = p.observed_at and d.source = p.source`.execute(
    db,
  )
}

/** The daily history of one protocol, columns side by side, ascending, both sources merged; null = unknown. */
export interface DailyColumns {
  readonly protocolId: string
  /** Days since 1970-01-01, ascending, without repeats; days without a row are left out. */
  readonly days: readonly number[]
  readonly tvlUsd: readonly (number | null)[]
  readonly priceUsd: readonly (number | null)[]
  readonly marketCapUsd: readonly (number | null)[]
  readonly volumeUsd: readonly (number | null)[]
}

export interface DailyRange {
  readonly fromDate: string
  readonly asOf: Date
  /** All unless given. */
  readonly protocolIds?: readonly string[]
}

/**
 * Daily columns of all protocols (or those given) from `fromDate` up to `asOf`. Where both sources name a price, CoinGecko's wins.
 */
export async function readDailyColumns(db: Db, range: DailyRange): Promise<DailyColumns[]> {
  return (await dailyColumns(range).execute(db)).rows
}

const protocolsAtATime = 500

/** The same, handed over a few hundred protocols at a time: what a whole market looks like on the wire is never held at once. */
export async function eachDailyColumns(
  db: Db,
  range: DailyRange,
  take: (columns: DailyColumns) => void,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`declare histories no scroll cursor for ${dailyColumns(range)}`.execute(tx)
    for (;;) {
      const { rows } = await sql<DailyColumns>`fetch ${sql.lit(protocolsAtATime)} from histories`.execute(tx)
      if (rows.length === 0) return
      rows.forEach(take)
    }
  })
}

function dailyColumns({ fromDate, asOf, protocolIds }: DailyRange) {
  const only = protocolIds ? sql`and protocol_id = any(${protocolIds}::text[])` : sql``
  return sql<DailyColumns>`
    with merged as (
      select protocol_id, observed_at,
             max(tvl_usd) as tvl_usd,
             coalesce(max(price_usd) filter (where source = 'coingecko'), max(price_usd)) as price_usd,
             coalesce(max(market_cap_usd) filter (where source = 'coingecko'), max(market_cap_usd)) as market_cap_usd,
             coalesce(max(volume_usd) filter (where source = 'coingecko'), max(volume_usd)) as volume_usd
      from observations
      where resolution = 'day' and observed_at >= ${fromDate}::date and observed_at <= ${asOf} ${only}
      group by protocol_id, observed_at
    )
    select protocol_id as "protocolId",
           array_agg((observed_at at time zone 'UTC')::date - date '1970-01-01' order by observed_at) as days,
           array_agg(tvl_usd order by observed_at) as "tvlUsd", array_agg(price_usd order by observed_at) as "priceUsd",
           array_agg(market_cap_usd order by observed_at) as "marketCapUsd", array_agg(volume_usd order by observed_at) as "volumeUsd"
    from merged group by protocol_id order by protocol_id`
}
