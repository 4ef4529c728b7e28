import { z } from 'zod'
import { promoteModel } from '../../db/promotions.ts'
import { listPromotions } from '../../db/reads/models.ts'
import { ProblemError } from '../../errors.ts'
import { defineRoute, json } from '../define-route.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { count, instant, modelKind, toInstant, uuidPath } from '../schemas.ts'
import { accepted, submitFor } from '../submissions.ts'
import { requireModel } from './models.ts'

const promotionSchema = z.object({
  id: count,
  kind: modelKind,
  model_id: z.uuid(),
  version: count,
  algorithm: z.string(),
  previous_model_id: z.uuid().nullable(),
  reason: z.string(),
  promoted_by: z.string(),
  promoted_at: instant,
})

const promotionsRoute = defineRoute({
  method: 'get',
  path: '/models/promotions',
  scope: 'read',
  tag: 'Models',
  summary: 'Who made which model current, when and why, newest first',
  query: z.strictObject({ kind: modelKind.optional(), limit, cursor: cursorOf(z.tuple([z.int()])) }),
  responses: { 200: json(pageOf(promotionSchema), 'One page of promotions') },
  handler: async ({ query }, { db }) => {
    const promotions = await listPromotions(db, { kind: query.kind, limit: query.limit, after: query.cursor })
    const page = toPage(
      promotions,
      query.limit,
      (row) => ({
        id: row.id,
        kind: row.kind,
        model_id: row.modelId,
        version: row.version,
        algorithm: row.algorithm,
        previous_model_id: row.previousModelId,
        reason: row.reason,
        promoted_by: row.promotedBy,
        promoted_at: toInstant(row.promotedAt),
      }),
      (row) => [row.id],
    )
    return { status: 200, body: page }
  },
})

const promoteRoute = defineRoute({
  method: 'post',
  path: '/models/{id}/promote',
  scope: 'admin',
  tag: 'Models',
  summary: 'Make a model the current one, forward or back; everything is then scored anew',
  params: uuidPath,
  body: z.strictObject({ reason: z.string().trim().min(1).max(500) }).meta({ id: 'Promotion' }),
  responses: { 202: accepted },
  problems: { 404: 'No such model', 409: 'It is the current one already' },
  handler: async ({ params, body }, context) => {
    const model = await requireModel(context.db, params.id)
    if (model.isCurrent)
      throw new ProblemError(
        409,
        'already_current',
        `Version ${model.version} is the current ${model.kind} model`,
      )
    await promoteModel(context.db, {
      kind: model.kind,
      modelId: model.id,
      reason: body.reason,
      promotedBy: context.principal.name,
    })
    return submitFor(context, model.kind === 'risk' ? 'score-protocols' : 'scan-protocols', {})
  },
})

export const promotionRoutes = [promotionsRoute, promoteRoute]
