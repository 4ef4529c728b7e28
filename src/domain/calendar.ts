const MS_PER_DAY = 86_400_000

/** Whole days since 1970-01-01 of an ISO date. @param date `YYYY-MM-DD` */
export function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / MS_PER_DAY)
}

/** The ISO date, `YYYY-MM-DD`, of a day number. */
export function isoDate(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10)
}

/** The UTC calendar day of an instant, `YYYY-MM-DD`. */
export function utcDate(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}
