import { z } from 'zod'
import { readLastCollected } from '../../db/reads/sources.ts'
import { defineRoute, json } from '../define-route.ts'
import { instant, toInstantOrNull } from '../schemas.ts'
import { accepted, submitFor } from '../submissions.ts'

const marketRoute = defineRoute({
  method: 'get',
  path: '/market',
  scope: 'read',
  tag: 'Market',
  summary: 'Which market is watched: the real one, a simulated one or a recorded one',
  responses: {
    200: json(
      z.object({
        mode: z.enum(['simulate', 'replay', 'live']),
        as_of: instant.nullable().meta({
          description:
            "When something was last collected, on the market's own clock; null before the first time",
        }),
      }),
      'The market',
    ),
  },
  handler: async (_input, { db, config }) => ({
    status: 200,
    body: { mode: config.market.mode, as_of: toInstantOrNull(await readLastCollected(db)) },
  }),
})

const collectRoute = defineRoute({
  method: 'post',
  path: '/collect',
  scope: 'write',
  tag: 'Market',
  summary: 'Queue a snapshot of all protocols',
  responses: { 202: accepted },
  handler: (_input, context) => submitFor(context, 'collect-snapshot', {}),
})

export const marketRoutes = [marketRoute, collectRoute]
