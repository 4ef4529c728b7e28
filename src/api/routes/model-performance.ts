import { z } from 'zod'
import { fewestAnswers, fewestOfEachKind } from '../../alerts/answers.ts'
import { countAnswers, countAnswersByDetector } from '../../db/alert-labels.ts'
import type { Db } from '../../db/connection.ts'
import { compareDetectors, listScans } from '../../db/reads/anomaly.ts'
import { listModels } from '../../db/reads/models.ts'
import { defineRoute, json } from '../define-route.ts'
import { modelSchema, toModelAnswer } from '../model-answer.ts'
import { limit } from '../pages.ts'
import { count, modelKind, share } from '../schemas.ts'

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

export const performanceRoute = defineRoute({
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
