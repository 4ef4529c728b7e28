import { z } from 'zod'
import { listObservations, listProtocols, type ProtocolRow, readProtocol } from '../../db/reads/protocols.ts'
import type { Db } from '../../db/connection.ts'
import { readDayFlags } from '../day-flags.ts'
import { defineRoute, json } from '../define-route.ts'
import { unknownProtocol } from '../missing.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { instant, protocolPath, toInstant, usd } from '../schemas.ts'

const protocolSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    symbol: z.string().nullable(),
    gecko_id: z.string().nullable(),
    category: z.string().nullable(),
    chains: z.array(z.string()),
    main_chain: z.string().nullable(),
    parent_id: z.string().nullable(),
    listed_at: z.iso.date().nullable(),
    dead_from: z.iso.date().nullable(),
    backfilled_to: z.iso.date().nullable(),
    first_seen_at: instant,
    last_seen_at: instant,
  })
  .meta({ id: 'Protocol' })

const listRoute = defineRoute({
  method: 'get',
  path: '/protocols',
  scope: 'read',
  tag: 'Market',
  summary: 'The protocols that are watched, by id',
  query: z.strictObject({
    q: z.string().min(1).max(100).optional().meta({ description: 'A part of id, name or symbol' }),
    category: z.string().max(128).optional(),
    chain: z.string().max(128).optional(),
    limit,
    cursor: cursorOf(z.tuple([z.string()])),
  }),
  responses: { 200: json(pageOf(protocolSchema), 'One page of protocols') },
  handler: async ({ query }, { db }) => {
    const { q, category, chain } = query
    const protocols = await listProtocols(db, { q, category, chain, limit: query.limit, after: query.cursor })
    return { status: 200, body: toPage(protocols, query.limit, toProtocolAnswer, (row) => [row.id]) }
  },
})

const getRoute = defineRoute({
  method: 'get',
  path: '/protocols/{id}',
  scope: 'read',
  tag: 'Market',
  summary: 'One protocol',
  params: protocolPath,
  responses: { 200: json(protocolSchema, 'The protocol') },
  problems: { 404: 'No such protocol' },
  handler: async ({ params }, { db }) => ({
    status: 200,
    body: toProtocolAnswer(await requireProtocol(db, params.id)),
  }),
})

const observationsRoute = defineRoute({
  method: 'get',
  path: '/protocols/{id}/observations',
  scope: 'read',
  tag: 'Market',
  summary: 'TVL, price, market cap and volume of a protocol, oldest first',
  params: protocolPath,
  query: z.strictObject({
    resolution: z.enum(['day', 'hour']).default('day'),
    from: instant.optional(),
    to: instant.optional(),
    limit,
    cursor: cursorOf(z.tuple([instant])),
  }),
  responses: {
    200: json(
      pageOf(
        z.object({
          observed_at: instant,
          tvl_usd: usd,
          price_usd: usd,
          market_cap_usd: usd,
          volume_usd: usd,
          is_partial: z.boolean().meta({ description: 'The day is not over yet' }),
          flags: z.array(z.enum(['gap', 'glitch', 'stale'])).meta({
            description: 'What is known now to be wrong with the TVL or price of this day; days only',
          }),
        }),
      ),
      'One page of the series; null is unknown, never 0',
    ),
  },
  problems: { 404: 'No such protocol' },
  handler: async ({ params, query }, { db }) => {
    await requireProtocol(db, params.id)
    const { resolution, from, to, cursor: after } = query
    const rows = await listObservations(db, {
      protocolId: params.id,
      resolution,
      from,
      to,
      limit: query.limit,
      after,
    })
    const flagsOn = resolution === 'day' ? await readDayFlags(db, params.id) : undefined
    const page = toPage(
      rows,
      query.limit,
      (row) => ({
        observed_at: toInstant(row.observedAt),
        flags: flagsOn?.(row.observedAt) ?? [],
        tvl_usd: row.tvlUsd,
        price_usd: row.priceUsd,
        market_cap_usd: row.marketCapUsd,
        volume_usd: row.volumeUsd,
        is_partial: row.isPartial,
      }),
      (row) => [row.observedAt],
    )
    return { status: 200, body: page }
  },
})

async function requireProtocol(db: Db, id: string): Promise<ProtocolRow> {
  const protocol = await readProtocol(db, id)
  if (!protocol) throw unknownProtocol(id)
  return protocol
}

function toProtocolAnswer(row: ProtocolRow): z.input<typeof protocolSchema> {
  return {
    id: row.id,
    name: row.name,
    symbol: row.symbol,
    gecko_id: row.geckoId,
    category: row.category,
    chains: row.chains,
    main_chain: row.mainChain,
    parent_id: row.parentId,
    listed_at: row.listedAt,
    dead_from: row.deadFrom,
    backfilled_to: row.backfilledTo,
    first_seen_at: toInstant(row.firstSeenAt),
    last_seen_at: toInstant(row.lastSeenAt),
  }
}

export const protocolRoutes = [listRoute, getRoute, observationsRoute]
