import type { SourceName } from '../../domain/market.ts'
import { coinGeckoRoutes, type CoinGeckoPlan } from './coingecko.ts'
import { coinsRoutes } from './llama-coins.ts'
import { protocolRoutes } from './llama-protocols.ts'
import { volumeRoutes } from './llama-volumes.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'
import type { Route } from './route.ts'

/** A host of an upstream API, here under a base path. */
export interface Api {
  readonly base: string
  /** Both of DeFiLlama's hosts draw on one budget. */
  readonly source: SourceName
  readonly routes: readonly Route[]
  /** What the host says of a path that it does not have. */
  readonly notFound: Reply
}

export function upstreamApis(plan: CoinGeckoPlan): readonly Api[] {
  return [
    {
      base: '/llama',
      source: 'defillama',
      routes: [...protocolRoutes, ...volumeRoutes],
      notFound: textReply(402, 'Upgrade to the paid API plan at https://defillama.com/pricing'),
    },
    {
      base: '/coins-llama',
      source: 'defillama',
      routes: coinsRoutes,
      notFound: textReply(404, 'Not Found'),
    },
    {
      base: '/coingecko/api/v3',
      source: 'coingecko',
      routes: coinGeckoRoutes(plan),
      notFound: jsonReply({ error: 'Incorrect path. Please check https://www.coingecko.com/api/' }, 404),
    },
  ]
}
