import { z } from 'zod'
import { fewestAnswers, fewestOfEachKind } from '../../alerts/answers.ts'
import { countAnswers, countAnswersByDetector } from '../../db/alert-labels.ts'
import { compareDetectors, listScans } from '../../db/reads/anomaly.ts'
import { listModels, listPromotions, type ModelRow, readModel } from '../../db/reads/models.ts'
import { promoteModel } from '../../db/promotions.ts'
import type { Db } from '../../db/connection.ts'
import { ProblemError } from '../../errors.ts'
import { compareModels, comparisonSchema } from '../model-comparison.ts'
import { modelDetailSchema, modelSchema, toModelAnswer, toModelDetail } from '../model-answer.ts'
import { defineRoute, json } from '../define-route.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { count, instant, modelKind, share, toInstant, uuidPath } from '../schemas.ts'
import { accepted, submitFor } from '../submissions.ts'
import { trainModels } from '../../../queues/jobs.ts'

const listRoute = defineRoute({
  method: 'get',
  path: '/models',
  scope: 'read',
  tag: 'Models',
  summary: 'Registered models, newest first',
  query: z.strictObject({
    kind: modelKind.optional(),
    algorithm: z.string().max(64).optional(),
    limit,
    cursor: cursorOf(z.tuple([z.string(), z.uuid()])),
  }),
  responses: { 200: json(pageOf(modelSchema), 'One page of models') },
  handler: async ({ query }, { db }) => {
    const { kind, algorithm, cursor: after } = query
    const models = await listModels(db, { kind, algorithm, limit: query.limit, after })
    return {
      status: 200,
      body: toPage(models, query.limit, toModelAnswer, (row) => [row.createdAtExact, row.id]),
    }
  },
})

const getRoute = defineRoute({
  method: 'get',
  path: '/models/{id}',
  scope: 'read',
  tag: 'Models',
  summary: 'One model: parameters, metrics, importance, provenance',
  params: uuidPath,
  responses: { 200: json(modelDetailSchema, 'The model') },
  problems: { 404: 'No such model' },
  handler: async ({ params }, { db }) => ({
    status: 200,
    body: toModelDetail(await requireModel(db, params.id)),
  }),
})

const detectorSchema = z.object({
  algorithm: z.string(),
  scored: count,
  anomalies: count,
  agreement: share.meta({
    description: 'Share of protocols on which it agrees with what the scan concluded',
  }),
})

const feedbackSchema = z
  .object({
    true_alarms: count,
    false_alarms: count,
    fewest_answers: count.meta({
      description: 'From so many answers on they take part in choosing the detector',
    }),
    fewest_of_each: count.meta({ description: 'So many of them true and so many false alarms' }),
    detectors: z.array(
      z.object({
        algorithm: z.string(),
        true_alarms: count,
        false_alarms: count,
        precision: share.nullable(),
      }),
    ),
  })
  .meta({
    description: 'What people said of alerts; per detector, of those that it would have raised by itself',
  })

const performanceRoute = defineRoute({
  method: 'get',
  path: '/models/performance',
  scope: 'read',
  tag: 'Models',
  summary: 'Leaderboard of the models, and the detectors of the newest scan beside each other',
  query: z.strictObject({ kind: modelKind.optional(), limit }),
  responses: {
    200: json(
      z.object({
        leaderboard: z
          .array(modelSchema)
          .meta({ description: 'Newest first; `metrics` as the training wrote them' }),
        detectors: z.object({ scan_id: z.uuid().nullable(), items: z.array(detectorSchema) }),
        feedback: feedbackSchema,
      }),
      'The leaderboard',
    ),
  },
  handler: async ({ query }, { db }) => {
    const models = await listModels(db, {
      kind: query.kind,
      algorithm: undefined,
      limit: query.limit,
      after: undefined,
    })
    const [scan] = await listScans(db, { limit: 0, after: undefined })
    return {
      status: 200,
      body: {
        leaderboard: models.slice(0, query.limit).map(toModelAnswer),
        detectors: { scan_id: scan?.id ?? null, items: scan ? await compareDetectors(db, scan.id) : [] },
        feedback: await describeFeedback(db),
      },
    }
  },
})

async function describeFeedback(db: Db): Promise<z.input<typeof feedbackSchema>> {
  const [answers, detectors] = await Promise.all([countAnswers(db), countAnswersByDetector(db)])
  return {
    true_alarms: answers.trueAlarms,
    false_alarms: answers.falseAlarms,
    fewest_answers: fewestAnswers,
    fewest_of_each: fewestOfEachKind,
    detectors: detectors.map(({ algorithm, trueAlarms, falseAlarms }) => ({
      algorithm,
      true_alarms: trueAlarms,
      false_alarms: falseAlarms,
      precision: trueAlarms + falseAlarms === 0 ? null : trueAlarms / (trueAlarms + falseAlarms),
    })),
  }
}

const compareRoute = defineRoute({
  method: 'get',
  path: '/models/compare',
  scope: 'read',
  tag: 'Models',
  summary: 'Two models side by side',
  query: z.strictObject({ a: z.uuid(), b: z.uuid() }),
  responses: { 200: json(comparisonSchema, 'Metrics, parameters and importance of both') },
  problems: { 404: 'One of the two is unknown', 422: 'The two are of different kinds' },
  handler: async ({ query }, { db }) => {
    const [a, b] = [await requireModel(db, query.a), await requireModel(db, query.b)]
    if (a.kind !== b.kind)
      throw new ProblemError(
        422,
        'different_kinds',
        `Expected two models of one kind, got ${a.kind} and ${b.kind}`,
      )
    return { status: 200, body: compareModels(a, b) }
  },
})

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

const trainRoute = defineRoute({
  method: 'post',
  path: '/models/train',
  scope: 'write',
  tag: 'Models',
  summary: 'Queue a training',
  body: trainModels.payload.strict().prefault({}),
  responses: { 202: accepted },
  handler: ({ body }, context) => submitFor(context, 'train-models', body),
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

async function requireModel(db: Db, id: string): Promise<ModelRow> {
  const model = await readModel(db, id)
  if (!model) throw new ProblemError(404, 'unknown_model', `There is no model with the id "${id}"`)
  return model
}

export const modelRoutes = [
  listRoute,
  performanceRoute,
  compareRoute,
  promotionsRoute,
  trainRoute,
  getRoute,
  promoteRoute,
]
