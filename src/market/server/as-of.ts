import { dayNumber, isoDate } from '../../domain/calendar.ts'
import { InputError } from '../../errors.ts'
import { isCalendarDate } from '../calendar-date.ts'
import type { Dataset } from '../dataset.ts'

const msPerDay = 86_400_000
const noonMs = msPerDay / 2

/** Where the market stands: nothing later than this is visible. */
export interface AsOf {
  /** The day in progress, days since 1970-01-01. */
  readonly day: number
  /**
   * Noon UTC of that day. At noon the day's value is on record as the point of 00:00 and runs on as the "now"
   * point, so that both ways of reading a day agree.
   */
  readonly instantMs: number
}

/** Milliseconds since 1970; `Date` is one. */
export interface Clock {
  now(): number
}

export interface AsOfOptions {
  /** `YYYY-MM-DD`; the dataset's last day when not given. */
  readonly asOf?: string | undefined
  /** The market moves on by one day each so many seconds; it stands still when not given. */
  readonly speedSecondsPerDay?: number | undefined
  readonly clock: Clock
}

/**
 * A calendar that follows the clock from now on, and stops on the dataset's last day.
 * @throws InputError when the date is not in the dataset or the speed is not positive.
 */
export function createAsOf(dataset: Dataset, options: AsOfOptions): () => AsOf {
  const { asOf, speedSecondsPerDay, clock } = options
  const { firstDay, lastDay } = dataset
  const startDay = asOf === undefined ? lastDay : isCalendarDate(asOf) ? dayNumber(asOf) : NaN
  if (!(startDay >= firstDay && startDay <= lastDay))
    throw new InputError(
      `Expected the as-of date to be one from ${isoDate(firstDay)} to ${isoDate(lastDay)}, got "${asOf ?? ''}"`,
    )
  if (speedSecondsPerDay !== undefined && !(speedSecondsPerDay > 0 && speedSecondsPerDay < Infinity))
    throw new InputError(`Expected the speed to be a positive number of seconds, got ${speedSecondsPerDay}`)

  const startedAt = clock.now()
  return () => {
    const passed =
      speedSecondsPerDay === undefined
        ? 0
        : Math.floor((clock.now() - startedAt) / (1000 * speedSecondsPerDay))
    const day = Math.min(startDay + Math.max(0, passed), lastDay)
    return { day, instantMs: day * msPerDay + noonMs }
  }
}
