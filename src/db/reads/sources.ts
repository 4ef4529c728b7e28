import { sql } from 'kysely'
import type { Db } from '../connection.ts'

export interface CollectedFromSource {
  readonly source: string
  readonly lastFetchedAt: Date | null
  readonly fetches: number
  readonly rows: number
  readonly refused: number
}

/** What came from each source in the last 24 hours. */
export async function readCollected(db: Db): Promise<CollectedFromSource[]> {
  const { rows } = await sql<CollectedFromSource>`
    select source, max(fetched_at) as last_fetched_at, count(*) as fetches,
           sum(row_count) as rows, sum(refused_count) as refused
    from fetches
    where fetched_at > now() - interval '24 hours'
    group by source`.execute(db)
  return rows
}

/** When something was last collected, on the data clock. */
export async function readLastCollected(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom('fetches')
    .select((eb) => eb.fn.max<Date | null>('fetchedAt').as('at'))
    .executeTakeFirst()
  return row?.at ?? null
}

/** Why rows were refused in the last seven days, the most frequent first. */
export async function readRefusals(db: Db) {
  return db
    .selectFrom('quarantine')
    .select((eb) => [
      'source',
      'endpoint',
      'reason',
      eb.fn.sum<number>('seen').as('seen'),
      eb.fn.max('lastSeenAt').as('lastSeenAt'),
    ])
    .where('day', '>=', sql<string>`current_date - 7`)
    .groupBy(['source', 'endpoint', 'reason'])
    .orderBy('seen', 'desc')
    .limit(100)
    .execute()
}
