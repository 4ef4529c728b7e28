import type { Db } from '../db/connection.ts'
import { readVector } from '../db/reads/features.ts'
import { hasCurrentModel } from '../db/reads/models.ts'
import { countRecentPoints, readProtocol } from '../db/reads/protocols.ts'
import type { ModelKind } from '../db/schema.ts'
import { ProblemError } from '../errors.ts'

/** A vector, and with it a score, exists from this many daily points on. */
const minimumPoints = 5

export const unknownProtocol = (id: string) =>
  new ProblemError(404, 'unknown_protocol', `There is no protocol "${id}"; GET /protocols lists them`)

export const notTrained = (kind: ModelKind) =>
  new ProblemError(
    503,
    'not_trained',
    `No ${kind} model is trained yet; POST /models/train with {"family": "${kind}"} queues a training`,
  )

/** Why a protocol has no anomaly score: unknown, no model, too little data, or not scanned yet. */
export async function whyNoAnomaly(db: Db, protocolId: string): Promise<ProblemError> {
  return (
    (await whyNothing(db, protocolId, 'anomaly')) ??
    new ProblemError(
      503,
      'not_scanned',
      `"${protocolId}" has not been scanned yet; POST /anomaly/scan queues a scan`,
    )
  )
}

/** Why a protocol has no risk score: unknown, no model, too little data, or not scored yet. */
export async function whyNoRisk(db: Db, protocolId: string): Promise<ProblemError> {
  return (
    (await whyNothing(db, protocolId, 'risk')) ??
    new ProblemError(503, 'not_scored', `"${protocolId}" has not been scored by the current model yet`)
  )
}

export async function whyNoVector(db: Db, protocolId: string): Promise<ProblemError> {
  if (!(await readProtocol(db, protocolId))) return unknownProtocol(protocolId)
  return tooFewPoints(protocolId, await countRecentPoints(db, protocolId))
}

async function whyNothing(db: Db, protocolId: string, kind: ModelKind): Promise<ProblemError | undefined> {
  if (!(await readProtocol(db, protocolId))) return unknownProtocol(protocolId)
  if (!(await hasCurrentModel(db, kind))) return notTrained(kind)
  if (await readVector(db, protocolId)) return undefined
  return tooFewPoints(protocolId, await countRecentPoints(db, protocolId))
}

const tooFewPoints = (protocolId: string, points: number) =>
  new ProblemError(
    400,
    'insufficient_data',
    `"${protocolId}" has ${points} recent data points; at least ${minimumPoints} are needed`,
  )
