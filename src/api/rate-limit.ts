import type { RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { ProblemError } from '../errors.ts'
import { type SharedCountsOptions, SharedCounts } from './shared-counts.ts'

export interface RateLimitOptions extends SharedCountsOptions {
  /** Requests per key and window. */
  readonly calls: number
  readonly windowMs: number
}

/** Counts requests per key, or per address where there is none, and says so in `RateLimit-*` headers. */
export function createRateLimit({ calls, windowMs, ...counts }: RateLimitOptions): RequestHandler {
  return rateLimit({
    limit: calls,
    windowMs,
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    store: new SharedCounts(counts),
    keyGenerator: (req, res) => res.locals.principal?.id ?? ipKeyGenerator(req.socket.remoteAddress ?? ''),
    handler: (_req, _res, next) => {
      next(
        new ProblemError(
          429,
          'rate_limited',
          `More than ${calls} requests in ${windowMs / 1000} s; see Retry-After`,
        ),
      )
    },
  })
}
