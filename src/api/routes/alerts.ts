import { z } from 'zod'
import { acknowledgeAlert, saveFeedback, snoozeAlert } from '../../db/alert-responses.ts'
import type { Db } from '../../db/connection.ts'
import { type AlertRow, listAlerts, listDeliveries, readAlert } from '../../db/reads/alerts.ts'
import { protocolId } from '../../domain/market.ts'
import { ProblemError } from '../../errors.ts'
import { defineRoute, json } from '../define-route.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { anyRecord, count, instant, riskLevel, toInstant, toInstantOrNull, uuidPath } from '../schemas.ts'

const alertState = z.enum(['open', 'acknowledged', 'snoozed', 'cleared'])
const alertKind = z.enum(['anomaly', 'risk', 'drift'])
const feedback = z.enum(['true_alarm', 'false_alarm'])

const alertSchema = z
  .object({
    id: z.uuid(),
    protocol_id: z.string().meta({ description: '`*` where the alert concerns the whole market (drift)' }),
    protocol_name: z.string().nullable(),
    kind: alertKind,
    level: riskLevel,
    state: alertState,
    score: z.number(),
    peak_score: z.number(),
    message: z.string(),
    details: anyRecord,
    scan_id: z.uuid().nullable(),
    times_raised: count,
    raised_at: instant,
    last_raised_at: instant,
    acknowledged_at: instant.nullable(),
    acknowledged_by: z.string().nullable(),
    snoozed_until: instant.nullable(),
    cleared_at: instant.nullable(),
    feedback: feedback.nullable(),
    feedback_note: z.string().nullable(),
  })
  .meta({ id: 'Alert' })

const deliverySchema = z.object({
  id: z.uuid(),
  channel_id: z.uuid(),
  channel_name: z.string(),
  event: z.string(),
  state: z.enum(['pending', 'delivered', 'dead']),
  attempts: count,
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  created_at: instant,
  delivered_at: instant.nullable(),
})

const listRoute = defineRoute({
  method: 'get',
  path: '/alerts',
  scope: 'read',
  tag: 'Alerts',
  summary: 'Alerts, newest first',
  query: z.strictObject({
    state: alertState.optional(),
    level: riskLevel.optional(),
    kind: alertKind.optional(),
    protocol: protocolId.optional(),
    limit,
    cursor: cursorOf(z.tuple([z.string(), z.uuid()])),
  }),
  responses: { 200: json(pageOf(alertSchema), 'One page of alerts') },
  handler: async ({ query }, { db }) => {
    const { state, level, kind, protocol, cursor: after } = query
    const alerts = await listAlerts(db, { state, level, kind, protocol, limit: query.limit, after })
    return {
      status: 200,
      body: toPage(alerts, query.limit, toAlertAnswer, (row) => [row.raisedAtExact, row.id]),
    }
  },
})

const getRoute = defineRoute({
  method: 'get',
  path: '/alerts/{id}',
  scope: 'read',
  tag: 'Alerts',
  summary: 'One alert and what was sent of it',
  params: uuidPath,
  responses: { 200: json(alertSchema.extend({ deliveries: z.array(deliverySchema) }), 'The alert') },
  problems: { 404: 'No such alert' },
  handler: async ({ params }, { db }) => {
    const alert = await requireAlert(db, params.id)
    const deliveries = (await listDeliveries(db, alert.id)).map((row) => ({
      id: row.id,
      channel_id: row.channelId,
      channel_name: row.channelName,
      event: row.event,
      state: row.state,
      attempts: row.attempts,
      last_status: row.lastStatus,
      last_error: row.lastError,
      created_at: toInstant(row.createdAt),
      delivered_at: toInstantOrNull(row.deliveredAt),
    }))
    return { status: 200, body: { ...toAlertAnswer(alert), deliveries } }
  },
})

const acknowledgeRoute = defineRoute({
  method: 'post',
  path: '/alerts/{id}/acknowledge',
  scope: 'write',
  tag: 'Alerts',
  summary: 'Say that somebody looks after an alert',
  params: uuidPath,
  responses: { 200: json(alertSchema, 'The alert') },
  problems: { 404: 'No such alert', 409: 'The alert is cleared already' },
  handler: async ({ params }, { db, principal }) => {
    const alert = await afterChange(db, params.id, await acknowledgeAlert(db, params.id, principal.name))
    return { status: 200, body: toAlertAnswer(alert) }
  },
})

const maxSnoozeMinutes = 30 * 24 * 60

const snoozeRoute = defineRoute({
  method: 'post',
  path: '/alerts/{id}/snooze',
  scope: 'write',
  tag: 'Alerts',
  summary: 'Hear nothing of an alert for a while',
  params: uuidPath,
  body: z.strictObject({ minutes: z.int().min(1).max(maxSnoozeMinutes) }),
  responses: { 200: json(alertSchema, 'The alert') },
  problems: { 404: 'No such alert', 409: 'The alert is cleared already' },
  handler: async ({ params, body }, { db }) => {
    const until = new Date(Date.now() + body.minutes * 60_000)
    const alert = await afterChange(db, params.id, await snoozeAlert(db, params.id, until))
    return { status: 200, body: toAlertAnswer(alert) }
  },
})

const feedbackRoute = defineRoute({
  method: 'post',
  path: '/alerts/{id}/feedback',
  scope: 'write',
  tag: 'Alerts',
  summary: 'Say whether an alert was right; kept as a label',
  params: uuidPath,
  body: z.strictObject({ feedback, note: z.string().max(2000).nullable().default(null) }),
  responses: { 200: json(alertSchema, 'The alert') },
  problems: { 404: 'No such alert' },
  handler: async ({ params, body }, { db }) => {
    await saveFeedback(db, params.id, body)
    return { status: 200, body: toAlertAnswer(await requireAlert(db, params.id)) }
  },
})

async function requireAlert(db: Db, id: string): Promise<AlertRow> {
  const alert = await readAlert(db, id)
  if (!alert) throw new ProblemError(404, 'unknown_alert', `There is no alert with the id "${id}"`)
  return alert
}

async function afterChange(db: Db, id: string, wasChanged: boolean): Promise<AlertRow> {
  const alert = await requireAlert(db, id)
  if (!wasChanged) throw new ProblemError(409, 'already_cleared', 'The alert is cleared already')
  return alert
}

function toAlertAnswer(row: AlertRow): z.input<typeof alertSchema> {
  return {
    id: row.id,
    protocol_id: row.protocolId,
    protocol_name: row.protocolName,
    kind: row.kind,
    level: row.level,
    state: row.state,
    score: row.score,
    peak_score: row.peakScore,
    message: row.message,
    details: row.details,
    scan_id: row.scanId,
    times_raised: row.timesRaised,
    raised_at: toInstant(row.raisedAt),
    last_raised_at: toInstant(row.lastRaisedAt),
    acknowledged_at: toInstantOrNull(row.acknowledgedAt),
    acknowledged_by: row.acknowledgedBy,
    snoozed_until: toInstantOrNull(row.snoozedUntil),
    cleared_at: toInstantOrNull(row.clearedAt),
    feedback: row.feedback,
    feedback_note: row.feedbackNote,
  }
}

export const alertRoutes = [listRoute, getRoute, acknowledgeRoute, snoozeRoute, feedbackRoute]
