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

/** 00:00 UTC of an ISO date. */
export function startOfDay(date: string): Date {
  return new Date(`${date}T00:00:00Z`)
}

/** The hour that an instant lies in, as its first instant. */
export function startOfHour(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 3_600_000) * 3_600_000)
}
