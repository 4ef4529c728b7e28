import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics/web-metrics.ts'
import { deadlineFromNow } from './deadline.ts'
import type { Principal } from './scopes.ts'

declare module 'express-serve-static-core' {
  interface Locals {
    requestId: string
    /** Of a declared route, such as `/jobs/{id}`; everything else is counted together. */
    route: string
    principal: Principal | undefined
    /** On the clock of `performance.now()`. */
    deadline: number
  }
}

/** Gives every request its id (the client's own, where it is a sane word), and notes how it went. */
export function trackRequests(logger: Logger, metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    const given = req.headers['x-request-id']
    const requestId = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
    res.locals.requestId = requestId
    res.locals.route = 'other'
    res.locals.deadline = deadlineFromNow()
    res.setHeader('X-Request-Id', requestId)
    res.once('close', () => {
      const ms = performance.now() - startedAt
      const { route, principal } = res.locals
      metrics.httpSeconds.observe({ method: req.method, route, status: res.statusCode }, ms / 1000)
      if (logger.isLevelEnabled('debug') || !isRead(req.method))
        logger[isRead(req.method) ? 'debug' : 'info'](
          {
            requestId,
            method: req.method,
            route,
            status: res.statusCode,
            ms: Math.round(ms),
            by: principal?.name,
          },
          'request',
        )
    })
    next()
  }
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'
