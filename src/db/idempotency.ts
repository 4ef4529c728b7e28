import { sql } from 'kysely'
import type { Db, Tx } from './connection.ts'

/** An answer that was given under an Idempotency-Key. */
export interface StoredReply {
  readonly requestSha256: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface IdempotencyClaim {
  readonly principal: string
  readonly key: string
}

/**
 * Holds the key until the transaction ends, so that of several requests at once only one does the work; a process that dies
 * lets go of it. @returns false where another request holds it
 */
export async function holdIdempotencyKey(tx: Tx, { principal, key }: IdempotencyClaim): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`${principal} ${key}`}, 0)) as held`.execute(tx)
  return rows[0]?.held === true
}

export async function findReply(db: Db, claim: IdempotencyClaim): Promise<StoredReply | undefined> {
  const row = await db
    .selectFrom('idempotencyKeys')
    .select(['requestSha256', 'status', 'headers', 'body'])
    .where('principal', '=', claim.principal)
    .where('key', '=', claim.key)
    .executeTakeFirst()
  if (row?.status == null) return undefined
  return { requestSha256: row.requestSha256, status: row.status, headers: row.headers ?? {}, body: row.body }
}

/** Stores the answer in the transaction of the work itself: both are there, or neither. */
export async function storeReply(tx: Tx, claim: IdempotencyClaim, reply: StoredReply): Promise<void> {
  await tx
    .insertInto('idempotencyKeys')
    .values({
      ...claim,
      requestSha256: reply.requestSha256,
      status: reply.status,
      headers: JSON.stringify(reply.headers),
      body: JSON.stringify(reply.body),
      finishedAt: new Date(),
    })
    .execute()
}
