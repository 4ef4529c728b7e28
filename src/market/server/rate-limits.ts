import type { SourceName } from '../../domain/market.ts'
import type { Ledger } from './ledger.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'

/** So many calls in any window of that length. */
export interface RateLimit {
  readonly calls: number
  readonly windowMs: number
}

export type RateLimits = { readonly [S in SourceName]?: RateLimit | undefined }

/** The refusal of a call that the ledger has just recorded, or null. Refused calls count, as upstream. */
export function enforceLimit(
  limit: RateLimit | undefined,
  ledger: Ledger,
  api: SourceName,
  at: number,
): Reply | null {
  if (!limit) return null
  if (ledger.countSince(api, at, limit.windowMs) <= limit.calls) return null
  return tooManyRequests(api, { 'retry-after': String(Math.ceil(limit.windowMs / 2000)) })
}

/** A 429 as that API words it. */
export function tooManyRequests(api: SourceName, headers: Record<string, string>): Reply {
  return api === 'defillama'
    ? textReply(429, 'Too Many Requests', headers)
    : jsonReply(rateLimitBody, 429, headers)
}

/** CoinGecko's body, which has also been seen with status 200. */
export const rateLimitBody = {
  status: {
    error_code: 429,
    error_message:
      "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits.",
  },
}
