import { z } from 'zod'
import { MalformedBodyError } from '../http/body.ts'
import type { Parsed } from '../fetched.ts'
import { checkInstant, toDays, type Instant } from '../parsing/daily-points.ts'
import { isRecord, openEnvelope } from '../parsing/envelope.ts'
import { checkNumber, isRefusal, type Bounded } from '../parsing/numbers.ts'
import { Refusals } from '../parsing/refusals.ts'
import type { CurrentTvlRow, DexVolumeRow, TvlRow } from '../rows.ts'

const points = z.array(z.unknown())

/**
 * The `tvl` of `GET /protocol/{slug}`: `[{date (unix s), totalLiquidityUSD}]`, the protocol's TVL without borrowed,
 * staked, vested and pool-2 funds. The series ends in a point of "now", so one UTC day may come twice.
 * @param now milliseconds of the epoch
 * @throws MalformedBodyError
 */
export function parseTvlSeries(tvl: unknown, slug: string, now: number): Parsed<TvlRow> {
  const refusals = new Refusals('defillama', 'protocol')
  const instants: Instant<number>[] = []
  for (const raw of openEnvelope(points, tvl)) {
    if (!isRecord(raw)) refusals.refuse(slug, 'bad-shape', raw)
    else pushInstant(instants, refusals, slug, raw, [raw['date'], raw['totalLiquidityUSD'], 'tvlUsd'], now)
  }
  const days = toDays(instants, slug, refusals)
  return refusals.beside(
    days.map(({ date, value, partial }) => ({ protocolId: slug, date, tvlUsd: value, partial })),
  )
}

const summary = z.object({ totalDataChart: z.array(z.unknown()).nullish() })

/** `GET /summary/dexs/{slug}`: `totalDataChart: [[unix s, usd]]`. @throws MalformedBodyError */
export function parseDexSummary(body: unknown, slug: string, now: number): Parsed<DexVolumeRow> {
  const refusals = new Refusals('defillama', 'summary/dexs')
  const instants: Instant<number>[] = []
  for (const raw of openEnvelope(summary, body).totalDataChart ?? []) {
    if (!Array.isArray(raw)) refusals.refuse(slug, 'bad-shape', raw)
    else pushInstant(instants, refusals, slug, raw, [raw[0], raw[1], 'volumeUsd'], now)
  }
  const days = toDays(instants, slug, refusals)
  return refusals.beside(
    days.map(({ date, value, partial }) => ({ protocolId: slug, date, dexVolumeUsd: value, partial })),
  )
}

/** A point whose value is unknown is no point, and no fault either. */
function pushInstant(
  instants: Instant<number>[],
  refusals: Refusals,
  key: string,
  raw: unknown,
  [date, amount, what]: readonly [date: unknown, amount: unknown, what: Bounded],
  now: number,
): void {
  const at = checkInstant(date, 's', now)
  const value = checkNumber(amount, what)
  if (typeof at === 'string') refusals.refuse(key, at, raw)
  else if (isRefusal(value)) refusals.refuse(key, value, raw)
  else if (value !== null) instants.push({ at, value, raw })
}

/** `GET /tvl/{slug}`: a bare number; has been seen as an object with the number in it. @throws MalformedBodyError */
export function parseCurrentTvl(body: unknown, slug: string): Parsed<CurrentTvlRow> {
  const refusals = new Refusals('defillama', 'tvl')
  const inner = isRecord(body) ? (body['tvl'] ?? body['totalLiquidityUSD']) : body
  if (inner === undefined) throw new MalformedBodyError('Expected a number or an object with a TVL')
  const tvlUsd = checkNumber(inner, 'tvlUsd')
  if (isRefusal(tvlUsd)) {
    refusals.refuse(slug, tvlUsd, body)
    return refusals.beside([])
  }
  return refusals.beside([{ protocolId: slug, tvlUsd }])
}
