import { dayNumber, isoDate } from '../domain/calendar.ts'

/** True for `YYYY-MM-DD` of a day that exists; `Date` alone takes 31 February for 3 March. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = dayNumber(text)
  return !Number.isNaN(day) && isoDate(day) === text
}
