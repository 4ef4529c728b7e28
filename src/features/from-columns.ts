import type { DailySeries } from './series.ts'

type Values = ArrayLike<number | null>

/** Daily values side by side as a database or a file gives them: only the days that have a row, in any order; null or NaN = unknown. */
export interface DailyColumns {
  readonly protocolId: string
  /** Days since 1970-01-01, UTC, no day twice. */
  readonly days: ArrayLike<number>
  readonly tvlUsd: Values
  readonly priceUsd: Values
  readonly marketCapUsd: Values
  readonly volumeUsd: Values
}

/**
 * Puts the rows of one protocol on the calendar, from its first day to its last; days without a row become NaN.
 * @throws RangeError when there is no row
 */
export function seriesFromColumns(columns: DailyColumns): DailySeries {
  const { protocolId, days } = columns
  if (days.length === 0) throw new RangeError(`Expected at least 1 day of "${protocolId}", got 0`)

  let firstDay = Infinity
  let lastDay = -Infinity
  for (let i = 0; i < days.length; i++) {
    firstDay = Math.min(firstDay, days[i]!)
    lastDay = Math.max(lastDay, days[i]!)
  }
  const onCalendar = (values: Values): Float64Array => {
    const out = new Float64Array(lastDay - firstDay + 1).fill(NaN)
    for (let i = 0; i < days.length; i++) out[days[i]! - firstDay] = values[i] ?? NaN
    return out
  }
  return {
    protocolId,
    firstDay,
    tvlUsd: onCalendar(columns.tvlUsd),
    priceUsd: onCalendar(columns.priceUsd),
    marketCapUsd: onCalendar(columns.marketCapUsd),
    volumeUsd: onCalendar(columns.volumeUsd),
  }
}
