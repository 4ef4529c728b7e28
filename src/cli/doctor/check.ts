/** What one look at the surroundings found; a remedy says how to mend it. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'fault' | 'skipped'
  readonly found: string
  readonly remedy?: string
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found })
export const skipped = (check: string, found: string): Finding => ({ check, state: 'skipped', found })
export const warning = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  found,
  remedy,
})
export const fault = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: 'fault',
  found,
  remedy,
})

/** Longer than this between two clocks, and delayed jobs run at the wrong time. */
const tolerableSkewMs = 1000

/** @param skewMs how far this machine is ahead */
export function judgeClock(check: string, skewMs: number): Finding {
  const found = `${Math.abs(Math.round(skewMs))} ms ${skewMs < 0 ? 'behind' : 'ahead'}`
  if (Math.abs(skewMs) <= tolerableSkewMs) return ok(check, found)
  return fault(
    check,
    found,
    'Synchronise the clocks of both machines, for instance with chrony or timedatectl set-ntp true',
  )
}
