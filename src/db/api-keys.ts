import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Db } from './connection.ts'

/** What a process needs to know of a key to let its bearer in. */
export interface LiveKey {
  readonly id: string
  readonly name: string
  readonly sha256: string
  readonly scopes: readonly string[]
}

const prefixLength = 'tg_'.length + 8

/** SHA-256, in hex: all that is kept of a key. */
export function keyDigest(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/**
 * Makes a key of 256 random bits.
 * @returns the key itself, which is shown once: only its digest is stored
 */
export async function createApiKey(
  db: Db,
  { name, scopes }: { name: string; scopes: readonly string[] },
): Promise<{ id: string; key: string }> {
  const id = randomUUID()
  const key = `tg_${randomBytes(32).toString('base64url')}`
  await db
    .insertInto('apiKeys')
    .values({ id, name, prefix: key.slice(0, prefixLength), sha256: keyDigest(key), scopes: [...scopes] })
    .execute()
  return { id, key }
}

/** Ends a key for good; @returns false where no live key has this id. */
export async function revokeApiKey(db: Db, id: string): Promise<boolean> {
  const revoked = await db
    .updateTable('apiKeys')
    .set({ revokedAt: new Date() })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .executeTakeFirst()
  return revoked.numUpdatedRows > 0n
}

/** Every key that was ever made, newest first, without its digest. */
export async function listApiKeys(db: Db) {
  return db
    .selectFrom('apiKeys')
    .select(['id', 'name', 'prefix', 'scopes', 'createdAt', 'lastUsedAt', 'revokedAt'])
    .orderBy('createdAt', 'desc')
    .execute()
}

/** The keys that open something now, and whether any was ever made: revoking the last one must not open the doors. */
export async function readLiveKeys(db: Db): Promise<{ keys: LiveKey[]; wasAnyMade: boolean }> {
  const rows = await db
    .selectFrom('apiKeys')
    .select(['id', 'name', 'sha256', 'scopes', 'revokedAt'])
    .execute()
  return { keys: rows.filter((row) => row.revokedAt === null), wasAnyMade: rows.length > 0 }
}

/** Notes that a key is in use. */
export async function touchApiKey(db: Db, id: string): Promise<void> {
  await db.updateTable('apiKeys').set({ lastUsedAt: new Date() }).where('id', '=', id).execute()
}
