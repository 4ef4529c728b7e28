import { sql } from 'kysely'
import type { Db } from '../connection.ts'

/** The newest day of which anything was observed, `YYYY-MM-DD`. */
export async function readNewestDay(db: Db): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select to_char(max(observed_at) at time zone 'UTC', 'YYYY-MM-DD') as day
    from observations
    where resolution = 'day'`.execute(db)
  return rows[0]?.day ?? null
}

export interface DayRow {
  readonly protocolId: string
  readonly observedAt: Date
  readonly tvlUsd: number | null
  readonly priceUsd: number | null
}

/** TVL and price of some protocols from a day on, in no order. */
export async function readDaysSince(db: Db, protocolIds: readonly string[], from: Date): Promise<DayRow[]> {
  return db
    .selectFrom('observations')
    .select((eb) => [
      'protocolId',
      'observedAt',
      eb.fn.max('tvlUsd').as('tvlUsd'),
      eb.fn.max('priceUsd').as('priceUsd'),
    ])
    .where('protocolId', 'in', protocolIds)
    .where('resolution', '=', 'day')
    .where('observedAt', '>=', from)
    .groupBy(['protocolId', 'observedAt'])
    .execute()
}
