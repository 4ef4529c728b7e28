import type { Db } from '../db/connection.ts'
import { readDailyColumns } from '../db/observations.ts'
import { dayNumber, utcDate } from '../domain/calendar.ts'
import { seriesFromColumns } from '../features/from-columns.ts'
import { flaggedDays, type QualityFlag } from '../features/quality.ts'

/** Before the first protocol was listed. */
const everything = '2009-01-03'
const farAhead = new Date('9999-01-01')

/**
 * What is known now about the quality of a protocol's days.
 * @returns the flags of the day that begins at an instant, alphabetically
 */
export async function readDayFlags(db: Db, protocolId: string): Promise<(at: Date) => QualityFlag[]> {
  const [columns] = await readDailyColumns(db, {
    fromDate: everything,
    asOf: farAhead,
    protocolIds: [protocolId],
  })
  if (!columns) return () => []
  const series = seriesFromColumns(columns)
  const spans = flaggedDays(series, series.firstDay + series.tvlUsd.length - 1)
  return (at) => {
    const day = dayNumber(utcDate(at))
    const found = spans.filter(({ fromDay, toDay }) => fromDay <= day && day <= toDay)
    return [...new Set(found.map(({ flag }) => flag))].sort()
  }
}
