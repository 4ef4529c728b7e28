import { z } from 'zod'
import { type IncidentRow, listIncidents } from '../../db/reads/incidents.ts'
import { protocolId } from '../../domain/market.ts'
import { defineRoute, json } from '../define-route.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { usd } from '../schemas.ts'

const incidentSchema = z.object({
  id: z.string(),
  date: z.iso.date(),
  name: z.string(),
  technique: z.string().nullable(),
  classification: z.string().nullable(),
  amount_usd: usd,
  returned_usd: usd,
  chains: z.array(z.string()),
  source: z.string().nullable(),
})

export const incidentsRoute = defineRoute({
  method: 'get',
  path: '/incidents',
  scope: 'read',
  tag: 'Market',
  summary: 'Recorded losses, newest first',
  query: z.strictObject({
    protocol: protocolId.optional().meta({ description: "A protocol's own losses and those of its parent" }),
    since: z.iso.date().optional(),
    limit,
    cursor: cursorOf(z.tuple([z.iso.date(), z.string()])),
  }),
  responses: { 200: json(pageOf(incidentSchema), 'One page of incidents') },
  handler: async ({ query }, { db }) => {
    const { protocol, since, cursor: after } = query
    const incidents = await listIncidents(db, { protocol, since, limit: query.limit, after })
    return {
      status: 200,
      body: toPage(incidents, query.limit, toIncidentAnswer, (row) => [row.date, row.id]),
    }
  },
})

function toIncidentAnswer(row: IncidentRow): z.input<typeof incidentSchema> {
  return {
    id: row.id,
    date: row.date,
    name: row.name,
    technique: row.technique,
    classification: row.classification,
    amount_usd: row.amountUsd,
    returned_usd: row.returnedUsd,
    chains: row.chains,
    source: row.source,
  }
}
