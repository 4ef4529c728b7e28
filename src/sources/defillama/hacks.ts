import { createHash } from 'node:crypto'
import { z } from 'zod'
import { utcDate } from '../../domain/calendar.ts'
import type { Incident } from '../../domain/market.ts'
import type { Parsed, RefusalReason } from '../fetched.ts'
import { checkInstant } from '../parsing/daily-points.ts'
import { isRecord, openEnvelope, type UnknownRecord } from '../parsing/envelope.ts'
import { checkIdentifier } from '../parsing/identifier.ts'
import { checkNumber, isRefusal } from '../parsing/numbers.ts'
import { Refusals } from '../parsing/refusals.ts'
import { parentIdOf } from './parent-tokens.ts'

const envelope = z.array(z.unknown())

/** `GET /hacks`: recorded losses. @param now milliseconds of the epoch @throws MalformedBodyError */
export function parseHacks(body: unknown, now: number): Parsed<Incident> {
  const refusals = new Refusals('defillama', 'hacks')
  const incidents = new Map<string, Incident>()
  for (const raw of openEnvelope(envelope, body)) {
    const incident = isRecord(raw) ? toIncident(raw, now) : 'bad-shape'
    if (typeof incident === 'string') refusals.refuse(isRecord(raw) ? raw['name'] : null, incident, raw)
    else if (incidents.has(incident.id)) refusals.refuse(incident.name, 'duplicate-key', raw)
    else incidents.set(incident.id, incident)
  }
  return refusals.beside([...incidents.values()])
}

function toIncident(raw: UnknownRecord, now: number): Incident | RefusalReason {
  const at = checkInstant(raw['date'], 's', now)
  if (typeof at === 'string') return at
  const name = raw['name']
  if (typeof name !== 'string' || name.trim() === '' || name.length > 256) return 'bad-name'
  const amountUsd = checkNumber(raw['amount'], 'lossUsd')
  if (isRefusal(amountUsd)) return amountUsd
  const returnedUsd = checkNumber(raw['returnedFunds'], 'lossUsd')
  if (isRefusal(returnedUsd)) return returnedUsd
  const defillamaId = checkIdentifier(raw['defillamaId'])
  if (defillamaId === undefined) return 'bad-shape'
  const date = utcDate(new Date(at))
  const technique = text(raw['technique'])
  return {
    id: incidentId(date, name, technique, amountUsd),
    date,
    name,
    technique,
    classification: text(raw['classification']),
    amountUsd,
    returnedUsd,
    chains: Array.isArray(raw['chain']) ? raw['chain'].filter(isChain).slice(0, 100) : [],
    defillamaId,
    parentId: parentIdOf(raw['parentProtocolId']),
    source: text(raw['source']),
  }
}

/** The feed has no id: what makes an incident itself stands in for it. */
function incidentId(date: string, name: string, technique: string | null, amountUsd: number | null): string {
  return createHash('sha256')
    .update(JSON.stringify([date, name, technique, amountUsd]))
    .digest('hex')
    .slice(0, 32)
}

const isChain = (value: unknown): value is string => typeof value === 'string' && value.length <= 128

/** Descriptive words are kept when they are words and dropped when not: the loss itself is what counts. */
function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 500) : null
}
