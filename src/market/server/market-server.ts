import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InputError } from '../../errors.ts'
import type { Dataset } from '../dataset.ts'
import { upstreamApis, type Api } from './apis.ts'
import { createAsOf, type Clock } from './as-of.ts'
import type { CoinGeckoPlan } from './coingecko.ts'
import { createControl } from './control.ts'
import { playFault, type RawAnswer } from './fault-plays.ts'
import { createFaultPlan, type FaultPlan } from './faults.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createMarketView } from './market-view.ts'
import { enforceLimit, type RateLimits } from './rate-limits.ts'
import { sendReply, textReply, type Reply } from './reply.ts'
import { findRoute } from './route.ts'

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
  /** Calls above these are refused, as the real APIs do; none when not given. */
  readonly limits?: RateLimits | undefined
  readonly plan?: CoinGeckoPlan | undefined
}

/** A running market; closing it ends its connections, the hanging ones too. */
export interface MarketServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4567`; the APIs' bases are `/llama`, `/coins-llama` and `/coingecko/api/v3`. */
  readonly url: string
  readonly ledger: Ledger
  readonly faults: FaultPlan
  close(): Promise<void>
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
  const faults = createFaultPlan()
  const control = createControl({ ...options, asOf, ledger, faults })
  const apis = upstreamApis(plan)

  const answerAsApi = (api: Api, request: IncomingMessage, url: URL): Reply | RawAnswer => {
    const { base, source, routes, notFound } = api
    const path = url.pathname.slice(base.length)
    const at = clock.now()
    const entry = ledger.record(at, source, path + url.search)
    const found = findRoute(routes, path)
    const reply =
      (request.method === 'GET' ? null : textReply(405, 'Method Not Allowed')) ??
      enforceLimit(limits[source], ledger, source, at) ??
      found?.route.answer({ view, asOf: asOf(), params: found.params, query: url.searchParams }) ??
      notFound
    const drawn = faults.draw(source, path)
    const answer = drawn ? playFault({ ...drawn, api: source, reply, nowMs: at }) : reply
    entry.status = answer.status
    entry.fault = drawn?.fault.kind ?? null
    return answer
  }

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://market')
    const api = apis.find(({ base }) => url.pathname.startsWith(`${base}/`))
    const answer = api ? answerAsApi(api, request, url) : await control.answer(request, url)
    if ('write' in answer) await answer.write(response)
    else await sendReply(request, response, answer)
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else if (error instanceof URIError) response.writeHead(400).end('Bad Request')
      else response.writeHead(500).end('Internal Error')
    })
  })
  await listen(server, host, port)
  const close = (): Promise<void> => closeServer(server)
  const bound = (server.address() as AddressInfo).port
  return { url: `http://${host}:${bound}`, ledger, faults, close, [Symbol.asyncDispose]: close }
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

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
