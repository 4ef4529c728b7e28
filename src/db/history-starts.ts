import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** The first day that is known of a protocol, `YYYY-MM-DD`; null where none is. */
export interface HistoryStart {
  readonly protocolId: string
  readonly tvl: string | null
  readonly price: string | null
}

/** Since when TVL and price of the given protocols are known, as far as that was known at `asOf`. */
export async function readHistoryStarts(
  db: Db,
  protocolIds: readonly string[],
  asOf: Date,
): Promise<HistoryStart[]> {
  // Two walks along the primary key for each protocol, which end at their first row.
  const first = (column: 'tvl_usd' | 'price_usd') => sql`(
    select (observed_at at time zone 'UTC')::date from observations
    where protocol_id = asked.id and resolution = 'day' and observed_at <= ${asOf} and ${sql.id(column)} is not null
    order by observed_at limit 1)`
  const { rows } = await sql<HistoryStart>`
    select asked.id as "protocolId", ${first('tvl_usd')} as tvl, ${first('price_usd')} as price
    from unnest(${protocolIds}::text[]) as asked (id)`.execute(db)
  return rows
}
