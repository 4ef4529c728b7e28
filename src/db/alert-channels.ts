import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Db } from './connection.ts'
import type { Schema } from './schema.ts'

export type AlertChannel = Selectable<Schema['alertChannels']>

export async function insertChannel(
  db: Db,
  channel: Insertable<Schema['alertChannels']>,
): Promise<AlertChannel> {
  return db.insertInto('alertChannels').values(channel).returningAll().executeTakeFirstOrThrow()
}

export async function listChannels(db: Db): Promise<AlertChannel[]> {
  return db.selectFrom('alertChannels').selectAll().orderBy('createdAt').orderBy('id').limit(1000).execute()
}

/** @returns undefined where there is no such channel */
export async function updateChannel(
  db: Db,
  id: string,
  changes: Updateable<Schema['alertChannels']>,
): Promise<AlertChannel | undefined> {
  return db.updateTable('alertChannels').set(changes).where('id', '=', id).returningAll().executeTakeFirst()
}

export async function deleteChannel(db: Db, id: string): Promise<boolean> {
  const deleted = await db.deleteFrom('alertChannels').where('id', '=', id).executeTakeFirst()
  return deleted.numDeletedRows > 0n
}
