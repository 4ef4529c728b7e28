import { z } from 'zod'
import { readCollected, readRefusals } from '../../db/reads/sources.ts'
import { sourceNames } from '../../domain/market.ts'
import { defineRoute, json } from '../define-route.ts'
import { count, instant, toInstant, toInstantOrNull } from '../schemas.ts'

const liveSchema = z
  .object({
    calls_in_window: count,
    circuit: z.enum(['closed', 'half-open', 'open']),
    open_until: instant.nullable(),
    paused_until: instant.nullable().meta({ description: 'The upstream asked everybody to wait until then' }),
    last_error: z.string().nullable(),
    last_error_at: instant.nullable(),
    last_success_at: instant.nullable(),
  })
  .nullable()
  .meta({ description: 'null while Redis is away' })

const sourceSchema = z.object({
  source: z.enum(sourceNames),
  budget: z.object({ calls: count, window_seconds: z.number() }),
  live: liveSchema,
  last_24_hours: z.object({
    fetches: count,
    rows: count,
    refused: count,
    last_fetched_at: instant.nullable(),
  }),
  refusals: z
    .array(z.object({ endpoint: z.string(), reason: z.string(), seen: count, last_seen_at: instant }))
    .meta({ description: 'Why rows were refused in the last seven days' }),
})

export const sourcesRoute = defineRoute({
  method: 'get',
  path: '/sources',
  scope: 'read',
  tag: 'Market',
  summary: 'Budget, circuit and yield of each source',
  responses: { 200: json(z.object({ items: z.array(sourceSchema) }), 'The sources') },
  handler: async (_input, { db, config, readSourceStates }) => {
    const [states, collected, refusals] = await Promise.all([
      readSourceStates(),
      readCollected(db),
      readRefusals(db),
    ])
    const items = sourceNames.map((source): z.input<typeof sourceSchema> => {
      const live = states?.find((state) => state.source === source)
      const day = collected.find((row) => row.source === source)
      const { calls, windowMs } = config.sources[source].budget
      return {
        source,
        budget: { calls, window_seconds: windowMs / 1000 },
        live: live
          ? {
              calls_in_window: live.callsInWindow,
              circuit: live.circuit,
              open_until: toInstantOrNull(live.openUntil),
              paused_until: toInstantOrNull(live.pausedUntil),
              last_error: live.lastError,
              last_error_at: toInstantOrNull(live.lastErrorAt),
              last_success_at: toInstantOrNull(live.lastSuccessAt),
            }
          : null,
        last_24_hours: {
          fetches: day?.fetches ?? 0,
          rows: day?.rows ?? 0,
          refused: day?.refused ?? 0,
          last_fetched_at: toInstantOrNull(day?.lastFetchedAt ?? null),
        },
        refusals: refusals
          .filter((row) => row.source === source)
          .map(({ endpoint, reason, seen, lastSeenAt }) => ({
            endpoint,
            reason,
            seen,
            last_seen_at: toInstant(lastSeenAt),
          })),
      }
    })
    return { status: 200, body: { items } }
  },
})
