import type { SourceName } from '../../domain/market.ts'
import type { Ledger } from './ledger.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'

/** So many calls in any window of so many seconds. */
export interface RateLimit {
  readonly calls: number
  readonly seconds: number
}

export type RateLimits = Readonly<Partial<Record<SourceName, RateLimit>>>

/** The refusal of a call that the ledger has just recorded, or null. Refused calls count, as upstream. */
export function enforceLimit(
  limit: RateLimit | undefined,
  ledger: Ledger,
  api: SourceName,
  at: number,
): Reply | null {
  if (!limit) return null
  const windowMs = 1000 * limit.seconds
  if (ledger.countSince(api, at, windowMs) <= limit.calls) return null
  return tooManyRequests(api, { 'retry-after': String(Math.ceil(limit.seconds / 2)) })
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
