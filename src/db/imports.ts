import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** Adds protocols of which nothing but the id is known; those that are in the catalogue stay as they are. */
export async function addBareProtocols(db: Db, ids: readonly string[]): Promise<void> {
  await sql`
    insert into protocols (id, name) select id, id from unnest(${ids}::text[]) as bare (id)
    on conflict (id) do nothing`.execute(db)
}

/** The history up to these days is here: it needs no backfill. */
export async function markImported(
  db: Db,
  lastDates: readonly { protocolId: string; date: string }[],
): Promise<void> {
  await sql`
    update protocols p set backfilled_to = greatest(p.backfilled_to, last.date)
    from unnest(${lastDates.map(({ protocolId }) => protocolId)}::text[], ${lastDates.map(({ date }) => date)}::date[])
         as last (id, date)
    where p.id = last.id`.execute(db)
}
