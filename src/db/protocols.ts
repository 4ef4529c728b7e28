import { sql } from 'kysely'
import type { Protocol } from '../domain/market.ts'
import type { Db } from './connection.ts'

/** Adds new protocols and brings known ones up to date; nothing is ever removed, dead protocols stay in. */
export async function saveProtocols(db: Db, protocols: readonly Protocol[], seenAt: Date): Promise<void> {
  for (let i = 0; i < protocols.length; i += 1000) {
    await db
      .insertInto('protocols')
      .values(
        protocols
          .slice(i, i + 1000)
          .map((protocol) => ({ ...protocol, firstSeenAt: seenAt, lastSeenAt: seenAt })),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          name: eb.ref('excluded.name'),
          symbol: eb.ref('excluded.symbol'),
          // The catalogue does not name the token of a parent; what its own page told is kept.
          geckoId: eb.fn.coalesce('excluded.geckoId', 'protocols.geckoId'),
          category: eb.ref('excluded.category'),
          chains: eb.ref('excluded.chains'),
          mainChain: eb.ref('excluded.mainChain'),
          defillamaId: eb.ref('excluded.defillamaId'),
          parentId: eb.ref('excluded.parentId'),
          listedAt: eb.ref('excluded.listedAt'),
          deadFrom: eb.ref('excluded.deadFrom'),
          lastSeenAt: eb.ref('excluded.lastSeenAt'),
        })),
      )
      .execute()
  }
}

export async function findProtocol(db: Db, id: string) {
  return db.selectFrom('protocols').selectAll().where('id', '=', id).executeTakeFirst()
}

/** What the pipeline needs to know of every protocol, by id. */
export async function listProtocols(db: Db) {
  return db
    .selectFrom('protocols')
    .select([
      'id',
      'name',
      'geckoId',
      'category',
      'mainChain',
      'defillamaId',
      'parentId',
      'deadFrom',
      'backfilledTo',
      'tokenBackfilledTo',
    ])
    .orderBy('id')
    .execute()
}
export type ListedProtocol = Awaited<ReturnType<typeof listProtocols>>[number]

/**
 * Protocols whose history was never collected, and living ones whose series has a gap of over a day before `today`; largest
 * TVL first, so that what matters is usable soonest.
 */
export async function protocolsToBackfill(db: Db, today: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from protocols p
    left join lateral (
      select observed_at, tvl_usd from observations o
      where o.protocol_id = p.id and o.resolution = 'day' and not o.is_partial
      order by observed_at desc limit 1
    ) newest on true
    where p.backfilled_to is null
       or (p.dead_from is null and p.backfilled_to < ${today}::date and newest.observed_at < ${today}::date - 1)
    order by newest.tvl_usd desc nulls last, p.id`.execute(db)
  return rows.map((row) => row.id)
}

/** Ids of the protocols whose token, or whose parent's token, this is. */
export async function listTokenHolders(db: Db, geckoId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('protocols')
    .select('id')
    .where('geckoId', '=', geckoId)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Gives the children of a parent that have no token of their own that of the parent. */
export async function saveParentToken(db: Db, parentId: string, geckoId: string): Promise<void> {
  await db
    .updateTable('protocols')
    .set({ geckoId })
    .where('parentId', '=', parentId)
    .where('geckoId', 'is', null)
    .execute()
}

export async function markTokenBackfilled(db: Db, geckoId: string, day: string): Promise<void> {
  await db.updateTable('protocols').set({ tokenBackfilledTo: day }).where('geckoId', '=', geckoId).execute()
}

export async function markBackfilled(db: Db, id: string, day: string): Promise<void> {
  await db
    .updateTable('protocols')
    .set({ backfilledTo: day, backfillFailedAt: null })
    .where('id', '=', id)
    .execute()
}

export async function markBackfillFailed(db: Db, id: string): Promise<void> {
  await db.updateTable('protocols').set({ backfillFailedAt: new Date() }).where('id', '=', id).execute()
}

/** Protocols that are not declared dead: what a scan speaks of. */
export async function countTracked(db: Db): Promise<number> {
  const { tracked } = await db
    .selectFrom('protocols')
    .select((eb) => eb.fn.countAll<number>().as('tracked'))
    .where('deadFrom', 'is', null)
    .executeTakeFirstOrThrow()
  return tracked
}
