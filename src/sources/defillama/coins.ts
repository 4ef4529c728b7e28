import { z } from 'zod'
import type { Parsed, RefusalReason } from '../fetched.ts'
import { checkInstant, toDays, type Instant } from '../parsing/daily-points.ts'
import { isRecord, openEnvelope, type UnknownRecord } from '../parsing/envelope.ts'
import { checkPositive, isRefusal } from '../parsing/numbers.ts'
import { Refusals } from '../parsing/refusals.ts'
import type { CoinDayRow, CoinPriceRow } from '../rows.ts'

const envelope = z.object({ coins: z.record(z.string(), z.unknown()) })

/** The key of a CoinGecko token at coins.llama.fi. */
export function coinKey(geckoId: string): string {
  return `coingecko:${geckoId}`
}

/**
 * `GET /prices/current/{coins}`. Unknown coins are silently absent from the answer.
 * @param now milliseconds of the epoch
 * @throws MalformedBodyError
 */
export function parseCoinPrices(body: unknown, keys: readonly string[], now: number): Parsed<CoinPriceRow> {
  const refusals = new Refusals('defillama', 'prices/current')
  const rows: CoinPriceRow[] = []
  for (const [key, raw] of askedCoins(body, keys, refusals)) {
    const row = toPriceRow(key, raw, now)
    if (typeof row === 'string') refusals.refuse(key, row, raw)
    else if (row !== null) rows.push(row)
  }
  return refusals.beside(rows)
}

function toPriceRow(key: string, raw: UnknownRecord, now: number): CoinPriceRow | RefusalReason | null {
  const at = checkInstant(raw['timestamp'], 's', now)
  if (typeof at === 'string') return at
  const priceUsd = checkPositive(raw['price'], 'priceUsd')
  if (isRefusal(priceUsd)) return priceUsd
  if (priceUsd === null) return null
  const confidence = raw['confidence']
  const isShare = typeof confidence === 'number' && confidence >= 0 && confidence <= 1
  return { key, at: new Date(at), priceUsd, confidence: isShare ? confidence : null }
}

/** `GET /chart/{coins}`: daily prices of many coins for one call. @throws MalformedBodyError */
export function parseCoinChart(body: unknown, keys: readonly string[], now: number): Parsed<CoinDayRow> {
  const refusals = new Refusals('defillama', 'chart')
  const rows: CoinDayRow[] = []
  for (const [key, raw] of askedCoins(body, keys, refusals)) {
    const prices = raw['prices']
    if (!Array.isArray(prices)) {
      refusals.refuse(key, 'bad-shape', raw)
      continue
    }
    const instants = believed(prices, key, now, refusals)
    // Points of coins.llama.fi lie minutes off midnight, on either side; several a day are nothing unusual.
    for (const { date, value, partial } of toDays(instants, key, refusals, { hourly: true })) {
      rows.push({ key, date, priceUsd: value, partial })
    }
  }
  return refusals.beside(rows)
}

function believed(
  prices: readonly unknown[],
  key: string,
  now: number,
  refusals: Refusals,
): Instant<number>[] {
  const instants: Instant<number>[] = []
  for (const raw of prices) {
    const at = isRecord(raw) ? checkInstant(raw['timestamp'], 's', now) : 'bad-shape'
    const value = isRecord(raw) ? checkPositive(raw['price'], 'priceUsd') : null
    if (typeof at === 'string') refusals.refuse(key, at, raw)
    else if (isRefusal(value)) refusals.refuse(key, value, raw)
    else if (value !== null) instants.push({ at, value, raw })
  }
  return instants
}

function* askedCoins(
  body: unknown,
  keys: readonly string[],
  refusals: Refusals,
): Generator<readonly [string, UnknownRecord]> {
  const asked = new Set(keys)
  for (const [key, raw] of Object.entries(openEnvelope(envelope, body).coins)) {
    if (!asked.has(key)) refusals.refuse(key, 'not-asked-for', raw)
    else if (!isRecord(raw)) refusals.refuse(key, 'bad-shape', raw)
    else yield [key, raw]
  }
}
