import { sql } from 'kysely'
import type { Db } from '../connection.ts'

export interface ProtocolFilter {
  readonly q: string | undefined
  readonly category: string | undefined
  readonly chain: string | undefined
  readonly limit: number
  readonly after: readonly [id: string] | undefined
}

/** Protocols by id; one more than `limit`. */
export async function listProtocols(db: Db, filter: ProtocolFilter) {
  let query = db
    .selectFrom('protocols')
    .selectAll()
    .orderBy('id')
    .limit(filter.limit + 1)
  if (filter.q) {
    const pattern = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((eb) =>
      eb.or([eb('id', 'ilike', pattern), eb('name', 'ilike', pattern), eb('symbol', 'ilike', pattern)]),
    )
  }
  if (filter.category) query = query.where('category', '=', filter.category)
  if (filter.chain) query = query.where(sql<boolean>`${filter.chain} = any(chains)`)
  if (filter.after) query = query.where('id', '>', filter.after[0])
  return query.execute()
}

export async function readProtocol(db: Db, id: string) {
  return db.selectFrom('protocols').selectAll().where('id', '=', id).executeTakeFirst()
}
export type ProtocolRow = NonNullable<Awaited<ReturnType<typeof readProtocol>>>

export interface ObservationFilter {
  readonly protocolId: string
  readonly resolution: 'day' | 'hour'
  readonly from: string | undefined
  readonly to: string | undefined
  readonly limit: number
  readonly after: readonly [observedAt: string] | undefined
}

/** A series in ascending time, the sources' values of one moment in one row; one more than `limit`. */
export async function listObservations(db: Db, filter: ObservationFilter) {
  let query = db
    .selectFrom('observations')
    .select((eb) => [
      'observedAt',
      eb.fn.max('tvlUsd').as('tvlUsd'),
      eb.fn.max('priceUsd').as('priceUsd'),
      eb.fn.max('marketCapUsd').as('marketCapUsd'),
      eb.fn.max('volumeUsd').as('volumeUsd'),
      eb.fn<boolean>('bool_or', ['isPartial']).as('isPartial'),
    ])
    .where('protocolId', '=', filter.protocolId)
    .where('resolution', '=', filter.resolution)
    .groupBy('observedAt')
    .orderBy('observedAt')
    .limit(filter.limit + 1)
  if (filter.from) query = query.where('observedAt', '>=', new Date(filter.from))
  if (filter.to) query = query.where('observedAt', '<=', new Date(filter.to))
  if (filter.after) query = query.where('observedAt', '>', new Date(filter.after[0]))
  return query.execute()
}

/** Days with a TVL or a price among the last 90 before the protocol's newest observation. */
export async function countRecentPoints(db: Db, protocolId: string): Promise<number> {
  const { rows } = await sql<{ points: number }>`
    select count(distinct observed_at) as points
    from observations
    where protocol_id = ${protocolId} and resolution = 'day'
      and (tvl_usd is not null or price_usd is not null)
      and observed_at > (select max(observed_at) from observations where resolution = 'day') - interval '90 days'`.execute(
    db,
  )
  return rows[0]?.points ?? 0
}
