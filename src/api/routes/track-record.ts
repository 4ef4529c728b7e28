import { z } from 'zod'
import type { Db } from '../../db/connection.ts'
import { findCurrentModelId } from '../../db/reads/models.ts'
import { listMisses, readTrackRecord } from '../../db/reads/track-record.ts'
import { defineRoute, json } from '../define-route.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { instant } from '../schemas.ts'
import {
  type AskedRecord,
  missSchema,
  origin,
  summarizeTrackRecord,
  toMissAnswer,
  trackRecordSchema,
} from '../track-record.ts'

const recordQuery = {
  origin: origin.default('live'),
  model_id: z.uuid().optional().meta({
    description: 'Only the predictions of this model; walk-forward: the current model when not given',
  }),
}

const trackRecordRoute = defineRoute({
  method: 'get',
  path: '/risk/track-record',
  scope: 'read',
  isKept: true,
  tag: 'Risk',
  summary: 'How often the levels were right, from predictions whose horizon has passed',
  query: z.strictObject(recordQuery),
  responses: { 200: json(trackRecordSchema, 'The record of every level, by month') },
  handler: async ({ query }, { db }) => {
    const asked = await askedRecord(db, query)
    return { status: 200, body: summarizeTrackRecord(await readTrackRecord(db, asked), asked) }
  },
})

const missesRoute = defineRoute({
  method: 'get',
  path: '/risk/track-record/misses',
  scope: 'read',
  isKept: true,
  tag: 'Risk',
  summary: 'Every outcome "high" that had been called low or medium, newest first',
  query: z.strictObject({
    ...recordQuery,
    limit,
    cursor: cursorOf(z.tuple([instant, z.string(), z.uuid()])),
  }),
  responses: { 200: json(pageOf(missSchema), 'One page of misses') },
  handler: async ({ query }, { db }) => {
    const asked = await askedRecord(db, query)
    const misses = await listMisses(db, { ...asked, limit: query.limit, after: query.cursor })
    const body = toPage(
      misses,
      query.limit,
      (row) => toMissAnswer(asked.origin, row),
      (row) => [row.asOf, row.protocolId, row.modelId],
    )
    return { status: 200, body }
  },
})

/** Walk-forward records of several models tell of the same weeks, so they are never added up. */
async function askedRecord(
  db: Db,
  asked: { origin: AskedRecord['origin']; model_id?: string | undefined },
): Promise<AskedRecord> {
  if (asked.origin === 'live' || asked.model_id !== undefined)
    return { origin: asked.origin, modelId: asked.model_id }
  return { origin: asked.origin, modelId: (await findCurrentModelId(db, 'risk')) ?? nobody }
}

/** No model has this id: before the first training there is no record. */
const nobody = '00000000-0000-0000-0000-000000000000'

export const trackRecordRoutes = [trackRecordRoute, missesRoute]
