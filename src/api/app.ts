import compression from 'compression'
import express, { type Express, type RequestHandler, Router } from 'express'
import { ProblemError } from '../errors.ts'
import { createAuthenticator, requireScope } from './authenticate.ts'
import { boardPath } from './board/board.ts'
import type { Route } from './define-route.ts'
import { createDocs } from './docs.ts'
import type { KeyRing } from './key-ring.ts'
import { createAnswerOnce } from './idempotency.ts'
import type { KeptAnswers } from './kept-answers.ts'
import { createLogin, sendLoginPage } from './login.ts'
import { createOpenApiDocument } from './openapi.ts'
import { createErrorHandler } from './problem.ts'
import { trackRequests } from './requests.ts'
import { routes } from './routes/index.ts'
import { securityHeaders } from './security-headers.ts'
import { type RouteServer, serveRoute } from './serve-route.ts'
import type { ApiServices } from './services.ts'
import type { Sessions } from './sessions.ts'

export interface AppParts {
  readonly services: ApiServices
  readonly keyRing: KeyRing
  readonly sessions: Sessions
  readonly keptAnswers: KeptAnswers
  readonly rateLimit: RequestHandler
  readonly loginLimit: RequestHandler
  /** Bull Board. */
  readonly board: RequestHandler
  /** The built pages, where there are any. */
  readonly dashboardDir: string | undefined
  readonly isLoopbackBound: boolean
  /** Aborted when the server stops: streams end then. */
  readonly serverStops: AbortSignal
  readonly version: string
}

/** The whole HTTP surface. Everything after the authenticator and the limit needs a scope. */
export function createApp(parts: AppParts): Express {
  const { services, keyRing, sessions } = parts
  const { serverStops, keptAnswers } = parts
  const server: RouteServer = { services, serverStops, keptAnswers, answerOnce: createAnswerOnce() }
  const isPublic = (route: Route): boolean => route.scope === 'public'
  const app = express().disable('x-powered-by')
  app.use(trackRequests(services.logger, services.metrics), securityHeaders)
  app.use(serve(routes.filter(isPublic), server))
  app.use(createLogin(keyRing, sessions, parts.loginLimit))
  app.use(
    createAuthenticator({ ...parts, db: services.db, logger: services.logger }),
    parts.rateLimit,
    refuseStrangers,
  )
  app.use(
    serve(
      routes.filter((route) => !isPublic(route)),
      server,
    ),
  )
  app.use(compression())
  app.use(boardPath, needRedis(services), parts.board)
  app.use(createDocs(createOpenApiDocument(routes, parts.version)))
  app.use(pages(parts.dashboardDir))
  app.use((req) => {
    throw new ProblemError(
      404,
      'unknown_path',
      `There is nothing at ${req.path}; GET /docs shows what there is`,
    )
  })
  app.use(createErrorHandler(services.logger))
  return app
}

function serve(some: readonly Route[], server: RouteServer): Router {
  const router = Router()
  for (const route of some) serveRoute(router, route, server)
  for (const path of new Set(some.map((route) => route.path))) refuseOtherMethods(router, path, some)
  return router
}

function refuseOtherMethods(router: Router, path: string, some: readonly Route[]): void {
  const methods = some.filter((route) => route.path === path).map((route) => route.method.toUpperCase())
  const allowed = (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ')
  router.all(path.replace(/\{(\w+)\}/g, ':$1'), (req, res) => {
    res.set('Allow', allowed)
    throw new ProblemError(405, 'method_not_allowed', `Expected ${allowed}, got ${req.method}`)
  })
}

/** Nobody learns anything without a key, not even which paths there are; people get the login form. */
const refuseStrangers: RequestHandler = (req, res, next) => {
  const isPerson = req.method === 'GET' && req.accepts(['json', 'html']) === 'html'
  if (!res.locals.principal && isPerson) sendLoginPage(res, req.originalUrl)
  else {
    requireScope(res.locals.principal, 'read')
    next()
  }
}

/** Bull Board reads Redis, and would wait for it. */
function needRedis({ isRedisUp }: ApiServices): RequestHandler {
  return async (_req, _res, next) => {
    if (!(await isRedisUp()))
      throw new ProblemError(503, 'redis_away', 'Redis does not answer; try again soon')
    next()
  }
}

/** The dashboard where it is built, else the API reference. */
function pages(dashboardDir: string | undefined): RequestHandler {
  if (dashboardDir !== undefined) return express.static(dashboardDir, { maxAge: '1h' })
  return (req, res, next) => {
    if (req.path === '/' && req.method === 'GET') res.redirect(302, '/docs')
    else next()
  }
}
