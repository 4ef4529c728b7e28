import { isoDate } from '../../domain/calendar.ts'
import type { Refusals } from './refusals.ts'

/** One point of a series that was believed on its own. */
export interface Instant<Value> {
  /** Milliseconds of the epoch, UTC. */
  readonly at: number
  readonly value: Value
  /** The row as it came, for the quarantine. */
  readonly raw: unknown
}

/** One UTC calendar day. */
export interface DayPoint<Value> {
  /** `YYYY-MM-DD` */
  readonly date: string
  readonly value: Value
  /** The day was still running: its only point is the series' last and was taken after midnight. */
  readonly partial: boolean
}

const msPerDay = 86_400_000
/** Bitcoin's first block; no market is older. */
const earliest = Date.UTC(2009, 0, 3)
/** Feeds run a little ahead of our clock. */
const tolerance = msPerDay

export type TimeUnit = 's' | 'ms'

/** A time stamp as milliseconds, or why it is not believed. @param now milliseconds of the epoch */
export function checkInstant(
  value: unknown,
  unit: TimeUnit,
  now: number,
): number | 'bad-date' | 'date-out-of-range' {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'bad-date'
  const at = unit === 's' ? value * 1000 : value
  return at >= earliest && at <= now + tolerance ? at : 'date-out-of-range'
}

/**
 * One point for each day out of a series of points.
 * - Points that step back in time are refused, as few as possible.
 * - Of several points on one day the first counts: it is the one of 00:00 UTC, or the nearest after it. The rest are
 *   refused when the feed is daily (the last point of all excepted: sources append the value of "now"), and are nothing
 *   unusual when it is `hourly`.
 */
export function toDays<Value>(
  points: readonly Instant<Value>[],
  key: string,
  refusals: Refusals,
  { hourly = false }: { hourly?: boolean } = {},
): DayPoint<Value>[] {
  const ascending = refuseStepsBack(points, key, refusals)
  const days: DayPoint<Value>[] = []
  let lastDay = Number.NEGATIVE_INFINITY
  for (const [index, { at, value, raw }] of ascending.entries()) {
    const isLast = index === ascending.length - 1
    const day = Math.floor(at / msPerDay)
    if (day === lastDay) {
      if (!hourly && !isLast) refusals.refuse(key, 'duplicate-day', raw)
      continue
    }
    lastDay = day
    days.push({ date: isoDate(day), value, partial: isLast && at % msPerDay !== 0 })
  }
  return days
}

/** Keeps the longest part of the series that never steps back (patience sorting), refuses the rest. */
function refuseStepsBack<Value>(
  points: readonly Instant<Value>[],
  key: string,
  refusals: Refusals,
): readonly Instant<Value>[] {
  if (points.every((point, i) => i === 0 || points[i - 1]!.at <= point.at)) return points
  /** `tails[k]`: the point that ends the best ascending run of length k + 1. */
  const tails: number[] = []
  const before = new Int32Array(points.length).fill(-1)
  for (const [i, { at }] of points.entries()) {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (points[tails[middle]!]!.at <= at) low = middle + 1
      else high = middle
    }
    before[i] = low > 0 ? tails[low - 1]! : -1
    tails[low] = i
  }
  const kept = new Set<number>()
  for (let i = tails.at(-1) ?? -1; i >= 0; i = before[i]!) kept.add(i)
  return points.filter((point, i) => {
    if (kept.has(i)) return true
    refusals.refuse(key, 'date-not-ascending', point.raw)
    return false
  })
}
