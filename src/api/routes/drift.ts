import { z } from 'zod'
import { listDriftRetrainings } from '../../db/drift.ts'
import { listScans } from '../../db/reads/anomaly.ts'
import { defineRoute, json } from '../define-route.ts'
import { driftSchema, toDriftAnswer } from '../drift-answer.ts'
import { instant, modelKind, toInstant, toInstantOrNull } from '../schemas.ts'

const shownRetrainings = 20

export const driftRoute = defineRoute({
  method: 'get',
  path: '/models/drift',
  scope: 'read',
  tag: 'Models',
  summary: 'How far the market has moved from the training windows, and the trainings that this has queued',
  responses: {
    200: json(
      z.object({
        scan_id: z.uuid().nullable().meta({ description: 'The newest scan, which measured it' }),
        as_of: instant.nullable(),
        items: z.array(driftSchema).meta({ description: 'Empty until a model knows its training window' }),
        retrainings: z
          .array(
            z.object({
              kind: modelKind,
              model_id: z.uuid().meta({ description: 'The model that has lost its ground' }),
              scan_id: z.uuid(),
              run_id: z.uuid(),
              reason: z.string(),
              queued_at: instant,
            }),
          )
          .meta({ description: 'Newest first, at most one a week of each kind; none promotes by itself' }),
      }),
      'Drift as of the newest scan',
    ),
  },
  handler: async (_input, { db }) => {
    const [scan] = await listScans(db, { limit: 0, after: undefined })
    const retrainings = await listDriftRetrainings(db, shownRetrainings)
    return {
      status: 200,
      body: {
        scan_id: scan?.id ?? null,
        as_of: toInstantOrNull(scan?.asOf ?? null),
        items: (scan?.drift ?? []).map(toDriftAnswer),
        retrainings: retrainings.map((row) => ({
          kind: row.kind,
          model_id: row.modelId,
          scan_id: row.scanId,
          run_id: row.runId,
          reason: row.reason,
          queued_at: toInstant(row.queuedAt),
        })),
      },
    }
  },
})
