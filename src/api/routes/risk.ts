import { z } from 'zod'
import { listRiskHistory, listRisks, readRisk, type RiskRow } from '../../db/reads/risk.ts'
import { hasCurrentModel } from '../../db/reads/models.ts'
import { readProtocol } from '../../db/reads/protocols.ts'
import { defineRoute, json } from '../define-route.ts'
import { notTrained, unknownProtocol, whyNoRisk } from '../missing.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { instant, protocolPath, riskLevel, share, toInstant } from '../schemas.ts'
import { outcomeFalls } from '../track-record.ts'

const riskSchema = z
  .object({
    protocol_id: z.string(),
    protocol_name: z.string(),
    category: z.string().nullable(),
    main_chain: z.string().nullable(),
    tvl_usd: z.number().nullable().meta({ description: 'On the day that was scored; null is unknown' }),
    risk_level: riskLevel.nullable().meta({ description: 'null where the model abstains' }),
    confidence: share.nullable().meta({ description: 'The calibrated probability of that level' }),
    probabilities: z.object({ low: share, medium: share, high: share }).nullable(),
    abstained_because: z.string().nullable(),
    beats_baselines: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether the model was better than volatility alone when it was made' }),
    as_of: instant,
    model_id: z.uuid(),
    horizon_days: z.int().positive(),
    closes_on: z.iso.date(),
    outcome: riskLevel.nullable().meta({ description: 'What happened; null while the horizon is open' }),
    ...outcomeFalls,
    scored_at: instant,
  })
  .meta({ id: 'Risk' })

const protocolRoute = defineRoute({
  method: 'get',
  path: '/risk/protocols/{id}',
  scope: 'read',
  isKept: true,
  tag: 'Risk',
  summary: 'The current risk level of a protocol',
  params: protocolPath,
  responses: { 200: json(riskSchema, 'The newest score by the current model') },
  problems: {
    400: 'Fewer than 5 recent points',
    404: 'No such protocol',
    503: 'No risk model is trained yet, or the protocol is not scored yet',
  },
  handler: async ({ params }, { db }) => {
    const score = await readRisk(db, params.id)
    if (!score) throw await whyNoRisk(db, params.id)
    return { status: 200, body: toRiskAnswer(score) }
  },
})

const historyRoute = defineRoute({
  method: 'get',
  path: '/risk/protocols/{id}/history',
  scope: 'read',
  isKept: true,
  tag: 'Risk',
  summary: 'Every level that a protocol was given, newest first, with what happened',
  params: protocolPath,
  query: z.strictObject({
    since: instant.optional(),
    limit,
    cursor: cursorOf(z.tuple([instant, z.uuid()])),
  }),
  responses: { 200: json(pageOf(riskSchema), 'One page of scores') },
  problems: { 404: 'No such protocol' },
  handler: async ({ params, query }, { db }) => {
    const scores = await listRiskHistory(db, {
      protocolId: params.id,
      since: query.since,
      limit: query.limit,
      after: query.cursor,
    })
    if (scores.length === 0 && !(await readProtocol(db, params.id))) throw unknownProtocol(params.id)
    return { status: 200, body: toPage(scores, query.limit, toRiskAnswer, (row) => [row.asOf, row.modelId]) }
  },
})

const listRoute = defineRoute({
  method: 'get',
  path: '/risk/protocols',
  scope: 'read',
  isKept: true,
  tag: 'Risk',
  summary: 'The current risk of all protocols, the most dangerous first',
  query: z.strictObject({
    level: riskLevel.optional(),
    limit,
    cursor: cursorOf(z.tuple([z.number(), z.string()])),
  }),
  responses: { 200: json(pageOf(riskSchema), 'One page of scores') },
  problems: { 503: 'No risk model is trained yet' },
  handler: async ({ query }, { db }) => {
    const scores = await listRisks(db, { level: query.level, limit: query.limit, after: query.cursor })
    if (scores.length === 0 && !(await hasCurrentModel(db, 'risk'))) throw notTrained('risk')
    return {
      status: 200,
      body: toPage(scores, query.limit, toRiskAnswer, (row) => [row.danger, row.protocolId]),
    }
  },
})

function toRiskAnswer(row: RiskRow): z.input<typeof riskSchema> {
  const [low, medium, high] = row.probabilities ?? []
  return {
    protocol_id: row.protocolId,
    protocol_name: row.protocolName,
    category: row.category,
    main_chain: row.mainChain,
    tvl_usd: row.tvlUsd === null ? null : Number(row.tvlUsd.toPrecision(9)),
    risk_level: row.riskLevel,
    confidence: row.confidence,
    probabilities: row.probabilities ? { low: low!, medium: medium!, high: high! } : null,
    abstained_because: row.abstainedBecause,
    beats_baselines: row.beatsBaselines,
    as_of: toInstant(row.asOf),
    model_id: row.modelId,
    horizon_days: row.horizonDays,
    closes_on: row.closesOn,
    outcome: row.outcome,
    outcome_fall: row.outcomeFall,
    outcome_relative_fall: row.outcomeRelativeFall,
    scored_at: toInstant(row.scoredAt),
  }
}

export const riskRoutes = [listRoute, protocolRoute, historyRoute]
