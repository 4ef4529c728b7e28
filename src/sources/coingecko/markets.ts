import { z } from 'zod'
import type { Parsed, RefusalReason } from '../fetched.ts'
import { isRecord, openEnvelope, type UnknownRecord } from '../parsing/envelope.ts'
import { checkNumber, checkPositive, isRefusal } from '../parsing/numbers.ts'
import { Refusals } from '../parsing/refusals.ts'
import type { TokenRow } from '../rows.ts'

const envelope = z.array(z.unknown())

/** `GET /coins/markets`: 250 tokens for one call. Every number may be null. @throws MalformedBodyError */
export function parseMarkets(body: unknown, ids: readonly string[]): Parsed<TokenRow> {
  const refusals = new Refusals('coingecko', 'coins/markets')
  const asked = new Set(ids)
  const rows = new Map<string, TokenRow>()
  for (const raw of openEnvelope(envelope, body)) {
    const row = isRecord(raw) ? toTokenRow(raw, asked) : 'bad-shape'
    if (typeof row === 'string') refusals.refuse(isRecord(raw) ? raw['id'] : null, row, raw)
    else if (rows.has(row.geckoId)) refusals.refuse(row.geckoId, 'duplicate-key', raw)
    else rows.set(row.geckoId, row)
  }
  return refusals.beside([...rows.values()])
}

function toTokenRow(raw: UnknownRecord, asked: ReadonlySet<string>): TokenRow | RefusalReason {
  const geckoId = raw['id']
  if (typeof geckoId !== 'string') return 'bad-shape'
  if (!asked.has(geckoId)) return 'not-asked-for'
  const priceUsd = checkPositive(raw['current_price'], 'priceUsd')
  if (isRefusal(priceUsd)) return priceUsd
  const marketCapUsd = checkPositive(raw['market_cap'], 'marketCapUsd')
  if (isRefusal(marketCapUsd)) return marketCapUsd
  const volumeUsd = checkNumber(raw['total_volume'], 'volumeUsd')
  if (isRefusal(volumeUsd)) return volumeUsd
  return { geckoId, priceUsd, marketCapUsd, volumeUsd, updatedAt: instant(raw['last_updated']) }
}

function instant(value: unknown): Date | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : new Date(at)
}
