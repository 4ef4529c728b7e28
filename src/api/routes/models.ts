import { z } from 'zod'
import { trainModels } from '../../../queues/jobs.ts'
import type { Db } from '../../db/connection.ts'
import { listModels, type ModelRow, readModel } from '../../db/reads/models.ts'
import { ProblemError } from '../../errors.ts'
import { defineRoute, json } from '../define-route.ts'
import { modelDetailSchema, modelSchema, toModelAnswer, toModelDetail } from '../model-answer.ts'
import { compareModels, comparisonSchema } from '../model-comparison.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { modelKind, uuidPath } from '../schemas.ts'
import { accepted, submitFor } from '../submissions.ts'

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

export async function requireModel(db: Db, id: string): Promise<ModelRow> {
  const model = await readModel(db, id)
  if (!model) throw new ProblemError(404, 'unknown_model', `There is no model with the id "${id}"`)
  return model
}

export const modelRoutes = [listRoute, compareRoute, trainRoute, getRoute]
