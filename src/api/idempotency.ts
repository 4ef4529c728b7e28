import { createHash } from 'node:crypto'
import type { Request } from 'express'
import {
  claimIdempotencyKey,
  type IdempotencyClaim,
  type StoredReply,
  storeReply,
} from '../db/idempotency.ts'
import { ProblemError } from '../errors.ts'
import type { Reply } from './define-route.ts'
import type { RequestContext } from './services.ts'

/** The `Idempotency-Key` of a POST, if it has one. @throws ProblemError 400 for a key that is not 1 to 255 visible characters */
export function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.headers['idempotency-key']
  if (req.method !== 'POST' || key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  const message = 'header.idempotency-key: Expected 1 to 255 visible ASCII characters'
  throw new ProblemError(400, 'invalid_request', message, {
    errors: [{ field: 'header.idempotency-key', message }],
  })
}

type Work = (context: RequestContext) => Promise<Reply>

/**
 * Does the work of one Idempotency-Key at most once and gives the same answer to everyone who repeats the request.
 * Only answers are kept: after a problem the request may be sent again.
 * @throws ProblemError 409 while the first request is at work, 422 where the key was used for another request
 */
export type AnswerOnce = (req: Request, key: string, context: RequestContext, work: Work) => Promise<Reply>

export function createAnswerOnce(): AnswerOnce {
  // A burst of repeats is told so here and does not reach the database.
  const atWork = new Set<string>()
  return async (req, key, context, work) => {
    const claim: IdempotencyClaim = { principal: context.principal.id, key }
    const word = `${claim.principal} ${key}`
    if (atWork.has(word)) throw inFlight(key)
    atWork.add(word)
    try {
      return await answerInTransaction(claim, fingerprint(req), context, work)
    } finally {
      atWork.delete(word)
    }
  }
}

function answerInTransaction(
  claim: IdempotencyClaim,
  requestSha256: string,
  context: RequestContext,
  work: Work,
): Promise<Reply> {
  return context.db.transaction().execute(async (tx) => {
    const claimed = await claimIdempotencyKey(tx, claim)
    if (claimed.reply) return replay(claimed.reply, requestSha256, claim, context)
    if (!claimed.isHeld) throw inFlight(claim.key)
    const reply = await work({ ...context, db: tx })
    const stored = { ...reply, headers: reply.headers ?? {}, requestSha256 }
    // What was done here is taken back.
    if (!(await storeReply(tx, claim, stored))) throw inFlight(claim.key)
    return reply
  })
}

function replay(
  stored: StoredReply,
  requestSha256: string,
  { key }: IdempotencyClaim,
  { metrics }: RequestContext,
): Reply {
  if (stored.requestSha256 !== requestSha256)
    throw new ProblemError(
      422,
      'idempotency_key_reused',
      `The Idempotency-Key "${key}" was used for another request; use a new one`,
    )
  metrics.idempotentReplays.inc()
  return { ...stored, headers: { ...stored.headers, 'Idempotency-Replayed': 'true' } }
}

const inFlight = (key: string) =>
  new ProblemError(409, 'request_in_flight', `A request with the Idempotency-Key "${key}" is at work`)

function fingerprint(req: Request): string {
  const body = JSON.stringify(req.body ?? null)
  return createHash('sha256').update(`${req.method} ${req.originalUrl}\n${body}`).digest('hex')
}
