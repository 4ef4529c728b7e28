import compression from 'compression'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { ProblemError } from '../errors.ts'
import { requireScope } from './authenticate.ts'
import { inTime } from './deadline.ts'
import type { Answer, Reply, Route } from './define-route.ts'
import { type AnswerOnce, idempotencyKeyOf } from './idempotency.ts'
import type { KeptAnswers } from './kept-answers.ts'
import { packJson } from './packed-json.ts'
import type { Principal } from './scopes.ts'
import { sendEvents } from './send-events.ts'
import { sendJson } from './send-json.ts'
import type { ApiServices, RequestContext } from './services.ts'

const bodyLimit = '100kb'
const nobody: Principal = { id: 'anonymous', name: 'anonymous', scopes: [] }

export interface RouteServer {
  readonly services: ApiServices
  readonly answerOnce: AnswerOnce
  readonly keptAnswers: KeptAnswers
  /** Aborted when the server stops: streams end then. */
  readonly serverStops: AbortSignal
}

/** Serves a declared route on an Express router. */
export function serveRoute(router: Router, route: Route, server: RouteServer): void {
  const path = route.path.replace(/\{(\w+)\}/g, ':$1')
  const parsers = route.body ? [express.json({ limit: bodyLimit })] : []
  // JSON packs itself.
  const packers = Object.values(route.responses).some(({ kind }) => kind === 'text') ? [compression()] : []
  router[route.method](path, ...packers, ...parsers, handlerOf(route, server))
}

function handlerOf(route: Route, server: RouteServer): RequestHandler {
  const { services, keptAnswers, serverStops } = server
  return async (req, res) => {
    res.locals.route = route.path
    const principal = route.scope === 'public' ? nobody : requireScope(res.locals.principal, route.scope)
    const kept = route.isKept && keptAnswers.find(req.originalUrl)
    if (kept) {
      sendJson(res, kept)
      return
    }
    refuseOtherMedia(req)
    const { params, query, headers } = req
    const work = route.prepare({ params, query, headers, body: req.body as unknown })
    const context: RequestContext = {
      ...services,
      principal,
      get signal() {
        return endOf(res, serverStops)
      },
    }
    if (route.isKept) {
      const make = async (): Promise<unknown> => (await work(context)).body
      sendJson(res, await inTime(res, keptAnswers.make(req.originalUrl, make)))
      return
    }
    const reply = await inTime(res, answer(req, context, work, server.answerOnce))
    await send(res, reply, route.responses[reply.status], services)
  }
}

function answer(
  req: Request,
  context: RequestContext,
  work: (context: RequestContext) => Promise<Reply>,
  answerOnce: AnswerOnce,
): Promise<Reply> {
  const key = idempotencyKeyOf(req)
  return key === undefined ? work(context) : answerOnce(req, key, context, work)
}

/** A body that the JSON parser passed over would silently count as no body. */
function refuseOtherMedia(req: Request): void {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (hasBody && !req.is('application/json'))
    throw new ProblemError(415, 'unsupported_media_type', 'Expected a body of the type application/json')
}

/** Aborted when the client is gone or the server stops. */
function endOf(res: Response, serverStops: AbortSignal): AbortSignal {
  const end = new AbortController()
  const stop = () => end.abort()
  serverStops.addEventListener('abort', stop)
  res.once('close', () => {
    serverStops.removeEventListener('abort', stop)
    stop()
  })
  return end.signal
}

async function send(
  res: Response,
  reply: Reply,
  answer: Answer | undefined,
  { metrics }: ApiServices,
): Promise<void> {
  res.status(reply.status).set(reply.headers ?? {})
  if (answer?.kind === 'events')
    await sendEvents(res, reply.body as AsyncIterable<string>, metrics.eventStreams)
  else if (answer?.kind === 'text') res.type(answer.contentType).send(reply.body)
  else if (answer?.kind === 'empty') res.end()
  else sendJson(res, await packJson(reply.body))
}
