import { z } from 'zod'
import type { Parsed } from '../fetched.ts'
import { checkInstant, toDays, type Instant } from '../parsing/daily-points.ts'
import { openEnvelope } from '../parsing/envelope.ts'
import { checkNumber, checkPositive, isRefusal, type Checked } from '../parsing/numbers.ts'
import { Refusals } from '../parsing/refusals.ts'
import type { TokenDayRow } from '../rows.ts'

const series = z.array(z.unknown())
const envelope = z.object({ prices: series, market_caps: series, total_volumes: series })

type Field = 'priceUsd' | 'marketCapUsd' | 'volumeUsd'
type Day = { -readonly [K in keyof TokenDayRow]: TokenDayRow[K] }

/**
 * `GET /coins/{id}/market_chart`: three series `[[ms, n]]` that are joined by day. More than 90 days come daily at
 * 00:00 UTC with one point of "now" at the end, fewer come hourly: the day's first point counts.
 * @param now milliseconds of the epoch
 * @throws MalformedBodyError
 */
export function parseMarketChart(body: unknown, geckoId: string, now: number): Parsed<TokenDayRow> {
  const refusals = new Refusals('coingecko', 'market_chart')
  const { prices, market_caps, total_volumes } = openEnvelope(envelope, body)
  const days = new Map<string, Day>()
  const join = (points: readonly unknown[], field: Field, check: (value: unknown) => Checked): void => {
    const instants = believed(points, geckoId, now, refusals, check)
    for (const { date, value, partial } of toDays(instants, geckoId, refusals, {
      hourly: isHourly(instants),
    })) {
      const day = days.get(date) ?? emptyDay(geckoId, date)
      day[field] = value
      day.partial ||= partial
      days.set(date, day)
    }
  }
  join(prices, 'priceUsd', (value) => checkPositive(value, 'priceUsd'))
  join(market_caps, 'marketCapUsd', (value) => checkPositive(value, 'marketCapUsd'))
  join(total_volumes, 'volumeUsd', (value) => checkNumber(value, 'volumeUsd'))
  return refusals.beside([...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1)))
}

function emptyDay(geckoId: string, date: string): Day {
  return { geckoId, date, priceUsd: null, marketCapUsd: null, volumeUsd: null, partial: false }
}

function believed(
  points: readonly unknown[],
  geckoId: string,
  now: number,
  refusals: Refusals,
  check: (value: unknown) => Checked,
): Instant<number>[] {
  const instants: Instant<number>[] = []
  for (const raw of points) {
    if (!Array.isArray(raw)) {
      refusals.refuse(geckoId, 'bad-shape', raw)
      continue
    }
    const at = checkInstant(raw[0], 'ms', now)
    const value = check(raw[1])
    if (typeof at === 'string') refusals.refuse(geckoId, at, raw)
    else if (isRefusal(value)) refusals.refuse(geckoId, value, raw)
    else if (value !== null) instants.push({ at, value, raw })
  }
  return instants
}

const msPerDay = 86_400_000

/** Whether points come several to a day, by the step between the middle ones. */
function isHourly(instants: readonly Instant<number>[]): boolean {
  const middle = instants.length >> 1
  const [before, after] = [instants[middle - 1], instants[middle]]
  return before !== undefined && after !== undefined && after.at - before.at < msPerDay / 2
}
