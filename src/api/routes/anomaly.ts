import { z } from 'zod'
import {
  listAnomalies,
  listScanAnomalies,
  listScans,
  readAnomaly,
  readScan,
  type ScanRow,
} from '../../db/reads/anomaly.ts'
import type { Db } from '../../db/connection.ts'
import { ProblemError } from '../../errors.ts'
import { anomalySchema, toAnomalyAnswer } from '../anomaly-answer.ts'
import { defineRoute, json } from '../define-route.ts'
import { driftSchema, toDriftAnswer } from '../drift-answer.ts'
import { whyNoAnomaly } from '../missing.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { count, instant, protocolPath, toInstant, uuidPath } from '../schemas.ts'
import { accepted, submitFor } from '../submissions.ts'
import { protocolId } from '../../domain/market.ts'

const scanSummary = z
  .object({
    scan_id: z.uuid(),
    as_of: instant,
    model_id: z.uuid(),
    total_protocols: count,
    anomalies_detected: count,
    normal_protocols: count,
    insufficient_data: count,
    drift: z.array(driftSchema).nullable(),
    scanned_at: instant,
    duration_ms: count,
  })
  .meta({ id: 'ScanSummary' })

const scanSchema = scanSummary
  .extend({
    anomalous_protocols: z.array(anomalySchema).meta({ description: 'The most abnormal first' }),
    next_cursor: z.string().nullable().meta({ description: 'Of `anomalous_protocols`' }),
  })
  .meta({ id: 'Scan' })

const anomaliesPage = z.strictObject({ limit, cursor: cursorOf(z.tuple([z.number(), z.string()])) })

const protocolRoute = defineRoute({
  method: 'get',
  path: '/anomaly/protocols/{id}',
  scope: 'read',
  isKept: true,
  tag: 'Anomalies',
  summary: 'The anomaly score of a protocol in the newest scan, and why',
  params: protocolPath,
  responses: { 200: json(anomalySchema, 'The score') },
  problems: {
    400: 'Fewer than 5 recent points',
    404: 'No such protocol',
    503: 'No anomaly model is trained yet, or the protocol is not scanned yet',
  },
  handler: async ({ params }, { db }) => {
    const score = await readAnomaly(db, params.id)
    if (!score) throw await whyNoAnomaly(db, params.id)
    return { status: 200, body: toAnomalyAnswer(score) }
  },
})

const newestScanRoute = defineRoute({
  method: 'get',
  path: '/anomaly/scan',
  scope: 'read',
  isKept: true,
  tag: 'Anomalies',
  summary: 'The newest scan of all protocols',
  query: anomaliesPage,
  responses: { 200: json(scanSchema, 'The scan with its anomalies') },
  problems: { 503: 'Nothing is scanned yet' },
  handler: async ({ query }, { db }) => {
    const [scan] = await listScans(db, { limit: 0, after: undefined })
    if (!scan)
      throw new ProblemError(503, 'not_scanned', 'No scan has been made yet; `POST /anomaly/scan` queues one')
    return { status: 200, body: await toScan(db, scan, query) }
  },
})

const scanRoute = defineRoute({
  method: 'get',
  path: '/scans/{id}',
  scope: 'read',
  isKept: true,
  tag: 'Anomalies',
  summary: 'One scan',
  params: uuidPath,
  query: anomaliesPage,
  responses: { 200: json(scanSchema, 'The scan with its anomalies') },
  problems: { 404: 'No such scan' },
  handler: async ({ params, query }, { db }) => {
    const scan = await readScan(db, params.id)
    if (!scan) throw new ProblemError(404, 'unknown_scan', `There is no scan with the id "${params.id}"`)
    return { status: 200, body: await toScan(db, scan, query) }
  },
})

const scansRoute = defineRoute({
  method: 'get',
  path: '/scans',
  scope: 'read',
  isKept: true,
  tag: 'Anomalies',
  summary: 'Scans, newest first',
  query: z.strictObject({ limit, cursor: cursorOf(z.tuple([instant, z.string(), z.uuid()])) }),
  responses: { 200: json(pageOf(scanSummary), 'One page of scans') },
  handler: async ({ query }, { db }) => {
    const scans = await listScans(db, { limit: query.limit, after: query.cursor })
    const page = toPage(scans, query.limit, toSummary, (scan) => [scan.asOf, scan.scannedAtExact, scan.id])
    return { status: 200, body: page }
  },
})

const historyRoute = defineRoute({
  method: 'get',
  path: '/anomaly/history',
  scope: 'read',
  isKept: true,
  tag: 'Anomalies',
  summary: 'Past anomalies, newest first',
  query: z.strictObject({
    protocol: protocolId.optional(),
    since: instant.optional(),
    limit,
    cursor: cursorOf(z.tuple([instant, z.string(), z.uuid()])),
  }),
  responses: { 200: json(pageOf(anomalySchema), 'One page of anomalies') },
  handler: async ({ query }, { db }) => {
    const anomalies = await listAnomalies(db, {
      protocol: query.protocol,
      since: query.since,
      limit: query.limit,
      after: query.cursor,
    })
    const page = toPage(anomalies, query.limit, toAnomalyAnswer, (row) => [
      row.asOf,
      row.protocolId,
      row.scanId,
    ])
    return { status: 200, body: page }
  },
})

const submitScanRoute = defineRoute({
  method: 'post',
  path: '/anomaly/scan',
  scope: 'write',
  tag: 'Anomalies',
  summary: 'Queue a scan of all protocols',
  responses: { 202: accepted },
  handler: (_input, context) => submitFor(context, 'scan-protocols', {}),
})

function toSummary(scan: ScanRow): z.input<typeof scanSummary> {
  return {
    scan_id: scan.id,
    as_of: toInstant(scan.asOf),
    model_id: scan.modelId,
    total_protocols: scan.totalProtocols,
    anomalies_detected: scan.anomaliesDetected,
    normal_protocols: scan.normalProtocols,
    insufficient_data: scan.insufficientData,
    drift: scan.drift && scan.drift.map(toDriftAnswer),
    scanned_at: toInstant(scan.scannedAt),
    duration_ms: scan.durationMs,
  }
}

async function toScan(
  db: Db,
  scan: ScanRow,
  query: z.output<typeof anomaliesPage>,
): Promise<z.input<typeof scanSchema>> {
  const anomalies = await listScanAnomalies(db, scan.id, { limit: query.limit, after: query.cursor })
  const page = toPage(anomalies, query.limit, toAnomalyAnswer, (row) => [row.anomalyScore, row.protocolId])
  return { ...toSummary(scan), anomalous_protocols: page.items, next_cursor: page.next_cursor }
}

export const anomalyRoutes = [
  protocolRoute,
  newestScanRoute,
  submitScanRoute,
  historyRoute,
  scansRoute,
  scanRoute,
]
