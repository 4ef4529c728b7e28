import { z } from 'zod'
import type { Parsed, RefusalReason } from '../fetched.ts'
import { isRecord, openEnvelope, type UnknownRecord } from '../parsing/envelope.ts'
import { checkNumber, isRefusal } from '../parsing/numbers.ts'
import { Refusals } from '../parsing/refusals.ts'
import type { DexOverviewRow } from '../rows.ts'

const envelope = z.object({ protocols: z.array(z.unknown()) })

/** `GET /overview/dexs`: the last day's volume of every DEX, for one call. @throws MalformedBodyError */
export function parseDexOverview(body: unknown): Parsed<DexOverviewRow> {
  const refusals = new Refusals('defillama', 'overview/dexs')
  const rows = new Map<string, DexOverviewRow>()
  for (const raw of openEnvelope(envelope, body).protocols) {
    const row = isRecord(raw) ? toOverviewRow(raw) : 'bad-shape'
    if (typeof row === 'string') refusals.refuse(isRecord(raw) ? raw['name'] : null, row, raw)
    else if (rows.has(row.defillamaId)) refusals.refuse(row.name, 'duplicate-key', raw)
    else rows.set(row.defillamaId, row)
  }
  return refusals.beside([...rows.values()])
}

function toOverviewRow(raw: UnknownRecord): DexOverviewRow | RefusalReason {
  const name = raw['displayName'] ?? raw['name']
  if (typeof name !== 'string' || name === '' || name.length > 256) return 'bad-name'
  const id = raw['defillamaId'] ?? name
  if ((typeof id !== 'string' && typeof id !== 'number') || String(id).length > 256) return 'bad-shape'
  const dexVolume24hUsd = checkNumber(raw['total24h'], 'volumeUsd')
  if (isRefusal(dexVolume24hUsd)) return dexVolume24hUsd
  return { defillamaId: String(id), name, dexVolume24hUsd }
}
