import type { Logger } from 'pino'

/** Speaks of troubles that come by the hundred, such as a server that is away. */
export interface Troubles {
  /** Says it the first time, and then at most once per pause with the number of times it was not said. */
  report(what: string, err: unknown, details?: Record<string, unknown>): void
}

/** A log that fills the disk while the disk is full helps nobody: six kinds of trouble stay below one line a second. */
const pauseMs = 10_000

export function createTroubles(log: Logger): Troubles {
  const known = new Map<string, { saidAt: number; unsaid: number }>()
  return {
    report(what, err, details = {}) {
      const now = performance.now()
      const last = known.get(what)
      if (last && now - last.saidAt < pauseMs) {
        last.unsaid++
        return
      }
      log.warn({ ...details, err, ...(last && last.unsaid > 0 && { unsaid: last.unsaid }) }, what)
      known.set(what, { saidAt: now, unsaid: 0 })
    },
  }
}
