import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { hasMigration } from '../../db/reads/platform.ts'
import { defineRoute, json, text } from '../define-route.ts'
import type { RequestContext } from '../services.ts'

const livezRoute = defineRoute({
  method: 'get',
  path: '/livez',
  scope: 'public',
  tag: 'Platform',
  summary: 'Whether this process runs',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'It does') },
  handler: () => ({ status: 200, body: { status: 'ok' as const } }),
})

const readiness = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  postgres: z.enum(['ok', 'away', 'not_migrated']),
  redis: z.enum(['ok', 'away']).meta({ description: 'Submissions are kept in Postgres while Redis is away' }),
})

const readyzRoute = defineRoute({
  method: 'get',
  path: '/readyz',
  scope: 'public',
  tag: 'Platform',
  summary: 'Whether this process can serve: Postgres and its migrations; Redis only degrades it',
  responses: { 200: json(readiness, 'It can'), 503: json(readiness, 'It cannot') },
  handler: async (_input, context) => {
    const [postgres, isRedisUp] = await Promise.all([postgresState(context), context.isRedisUp()])
    const redis = isRedisUp ? ('ok' as const) : ('away' as const)
    if (postgres !== 'ok') return { status: 503, body: { status: 'unavailable' as const, postgres, redis } }
    return {
      status: 200,
      body: { status: isRedisUp ? ('ok' as const) : ('degraded' as const), postgres, redis },
    }
  },
})

const postgresAnswersWithinMs = 1_000

async function postgresState({
  db,
  logger,
  newestMigration,
}: RequestContext): Promise<z.input<typeof readiness>['postgres']> {
  const tooLong = sleep(postgresAnswersWithinMs, undefined, { ref: false }).then(() => {
    throw new Error(`No answer within ${postgresAnswersWithinMs} ms`)
  })
  try {
    const isMigrated = await Promise.race([hasMigration(db, newestMigration), tooLong])
    return isMigrated ? 'ok' : 'not_migrated'
  } catch (error) {
    logger.warn({ err: error }, 'Postgres is away')
    return 'away'
  }
}

const metricsRoute = defineRoute({
  method: 'get',
  path: '/metrics',
  scope: 'read',
  tag: 'Platform',
  summary: 'Metrics for Prometheus: of this process, and of what all processes share',
  responses: { 200: text('text/plain; version=0.0.4; charset=utf-8', 'The metrics') },
  handler: async (_input, { metrics, fleet }) => {
    await fleet.refresh()
    return { status: 200, body: await metrics.registry.metrics() }
  },
})

export const platformRoutes = [livezRoute, readyzRoute, metricsRoute]
