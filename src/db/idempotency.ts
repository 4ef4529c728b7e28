import { sql } from 'kysely'
import type { Tx } from './connection.ts'

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

export interface ClaimedKey {
  /** False where another request holds the key. */
  readonly isHeld: boolean
  readonly reply: StoredReply | undefined
}

/**
 * Holds the key until the transaction ends, so that of several requests at once only one does the work, and finds what was
 * answered under it before; a process that dies lets go of it.
 */
export async function claimIdempotencyKey(tx: Tx, { principal, key }: IdempotencyClaim): Promise<ClaimedKey> {
  const { rows } = await sql<{ isHeld: boolean } & { [K in keyof StoredReply]: StoredReply[K] | null }>`
    select claim.is_held, stored.request_sha256, stored.status, stored.headers, stored.body
    from (select pg_try_advisory_xact_lock(hashtextextended(${`${principal} ${key}`}, 0)) as is_held) as claim
    left join idempotency_keys as stored on stored.principal = ${principal} and stored.key = ${key}`.execute(
    tx,
  )
  const { isHeld, requestSha256, status, headers, body } = rows[0]!
  if (requestSha256 === null || status === null) return { isHeld, reply: undefined }
  return { isHeld, reply: { requestSha256, status, headers: headers ?? {}, body } }
}

/**
 * Stores the answer in the transaction of the work itself: both are there, or neither.
 * @returns false where another request has answered between the snapshot of the claim and its lock
 */
export async function storeReply(tx: Tx, claim: IdempotencyClaim, reply: StoredReply): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('idempotencyKeys')
    .values({
      ...claim,
      requestSha256: reply.requestSha256,
      status: reply.status,
      headers: JSON.stringify(reply.headers),
      body: JSON.stringify(reply.body),
      finishedAt: new Date(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}
