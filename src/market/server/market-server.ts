import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isoDate } from '../../domain/calendar.ts'
import type { SourceName } from '../../domain/market.ts'
import { InputError } from '../../errors.ts'
import type { Dataset } from '../dataset.ts'
import { createAsOf, type AsOf, type Clock } from './as-of.ts'
import { coinGeckoRoutes, type CoinGeckoPlan } from './coingecko.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { coinsRoutes } from './llama-coins.ts'
import { protocolRoutes } from './llama-protocols.ts'
import { volumeRoutes } from './llama-volumes.ts'
import { createMarketView } from './market-view.ts'
import { enforceLimit, type RateLimits } from './rate-limits.ts'
import { jsonReply, sendReply, textReply, type Reply } from './reply.ts'
import { findRoute, type Route } from './route.ts'

export interface MarketServerOptions {
  readonly dataset: Dataset
  readonly mode: 'replay' | 'simulate'
  /** `YYYY-MM-DD`; the dataset's last day when not given. */
  readonly asOf?: string | undefined
  /** The market moves on by one day each so many seconds; it stands still when not given. */
  readonly speedSecondsPerDay?: number | undefined
  /** 0 or absent: any free port. */
  readonly port?: number | undefined
  readonly host?: string | undefined
  readonly clock?: Clock
  /** Refuse calls above these, as the real ones do; never when not given. */
  readonly limits?: RateLimits
  readonly plan?: CoinGeckoPlan
}

/** A running market; closing it ends its connections, the hanging ones too. */
export interface MarketServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4567`; the APIs' bases are `/llama`, `/coins-llama` and `/coingecko/api/v3`. */
  readonly url: string
  readonly ledger: Ledger
  close(): Promise<void>
}

/** An upstream API under its base path. */
interface Api {
  readonly base: string
  readonly source: SourceName
  readonly routes: readonly Route[]
  readonly notFound: Reply
}

/**
 * Serves a dataset as DeFiLlama and CoinGecko would have, had one asked at the as-of instant.
 * @throws InputError when the port is taken or an option is out of its range.
 */
export async function startMarketServer(options: MarketServerOptions): Promise<MarketServer> {
  const { dataset, clock = Date, host = '127.0.0.1', port = 0, plan = 'full', limits = {} } = options
  const view = createMarketView(dataset)
  const asOf = createAsOf(dataset, { ...options, clock })
  const ledger = createLedger()
  const apis: readonly Api[] = [
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

  const answer = (url: URL): Reply => {
    if (url.pathname === '/market') return jsonReply(describeMarket(options, asOf()))
    if (url.pathname === '/market/ledger') return jsonReply(describeLedger(ledger, url.searchParams))
    const api = apis.find(({ base }) => url.pathname.startsWith(`${base}/`))
    if (!api) return textReply(404, 'No such path; the APIs are /llama, /coins-llama and /coingecko/api/v3')
    const path = url.pathname.slice(api.base.length)
    const at = clock.now()
    const entry = ledger.record(at, api.source, path + url.search)
    const reply = enforceLimit(limits[api.source], ledger, api.source, at) ?? route(api, path, url)
    entry.status = reply.status
    return reply
  }
  const route = (api: Api, path: string, url: URL): Reply => {
    const found = findRoute(api.routes, path)
    if (!found) return api.notFound
    return found.route.answer({ view, asOf: asOf(), params: found.params, query: url.searchParams })
  }
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET') return sendReply(request, response, textReply(405, 'Only GET'))
    return sendReply(request, response, answer(new URL(request.url ?? '/', 'http://market')))
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      if (error instanceof URIError) response.writeHead(400).end('Bad Request')
      else response.writeHead(500).end('Internal Error')
    })
  })
  await listen(server, host, port)
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  const bound = (server.address() as AddressInfo).port
  return { url: `http://${host}:${bound}`, ledger, close, [Symbol.asyncDispose]: close }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') throw new InputError(`Port ${port} of ${host} is taken; choose another`)
    throw error
  }
}

/** What the product's data clock reads. */
function describeMarket({ dataset, mode, speedSecondsPerDay }: MarketServerOptions, asOf: AsOf): object {
  const isDeFi = (category: string | null): boolean => category !== 'CEX' && category !== 'Chain'
  return {
    mode,
    as_of: new Date(asOf.instantMs).toISOString(),
    first_date: isoDate(dataset.firstDay),
    last_date: isoDate(dataset.lastDay),
    protocols: dataset.protocols.filter(({ category }) => isDeFi(category)).length,
    ...(dataset.groundTruth ? { seed: dataset.groundTruth.seed } : {}),
    speed_seconds_per_day: speedSecondsPerDay ?? null,
  }
}

/** Per API: how many calls, and the most in any window of `window_ms` (60,000). */
function describeLedger(ledger: Ledger, query: URLSearchParams): object {
  const windowMs = Number(query.get('window_ms') ?? 60_000)
  const describe = (api: SourceName): object => ({
    calls: ledger.entries(api).length,
    max_in_window: ledger.maxInWindow(api, windowMs),
  })
  return { window_ms: windowMs, coingecko: describe('coingecko'), defillama: describe('defillama') }
}
