import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { findReply, holdIdempotencyKey, type IdempotencyClaim, storeReply } from '../db/idempotency.ts'
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

/**
 * Does the work of one Idempotency-Key at most once and gives the same answer to everyone who repeats the request.
 * Only answers are kept: after a problem the request may be sent again.
 * @throws ProblemError 409 while the first request is at work, 422 where the key was used for another request
 */
export async function answerOnce(
  req: Request,
  key: string,
  context: RequestContext,
  answer: (context: RequestContext) => Promise<Reply>,
): Promise<Reply> {
  const claim: IdempotencyClaim = { principal: context.principal.id, key }
  const requestSha256 = fingerprint(req)
  return context.db.transaction().execute(async (tx) => {
    if (!(await holdIdempotencyKey(tx, claim)))
      throw new ProblemError(
        409,
        'request_in_flight',
        `A request with the Idempotency-Key "${key}" is at work`,
      )
    const stored = await findReply(tx, claim)
    if (stored) {
      if (stored.requestSha256 !== requestSha256)
        throw new ProblemError(
          422,
          'idempotency_key_reused',
          `The Idempotency-Key "${key}" was used for another request; use a new one`,
        )
      context.metrics.idempotentReplays.inc()
      return { ...stored, headers: { ...stored.headers, 'Idempotency-Replayed': 'true' } }
    }
    const reply = await answer({ ...context, db: tx })
    await storeReply(tx, claim, { ...reply, headers: reply.headers ?? {}, requestSha256 })
    return reply
  })
}

function fingerprint(req: Request): string {
  const body = JSON.stringify(req.body ?? null)
  return createHash('sha256').update(`${req.method} ${req.originalUrl}\n${body}`).digest('hex')
}
