import { knownAt, type Measure } from './measures.ts'
import { dailyReturn } from './statistics.ts'

/** A day whose value moved by more than this against the day before is a jump. */
const jumpChange = 0.5
/** A jump is back when the level lies within this much of the level before it. */
const backWithin = 0.25
/** A jump that is not back after so many days was an event. */
export const backWithinDays = 3

export interface Jump {
  /** The first day off the old level. */
  readonly index: number
  /** The day on which the old level is back, past the end of what is known unless `glitch`. */
  readonly backIndex: number
  /** value / value of the day before - 1 */
  readonly change: number
  /** As far as the days up to `knownUpTo` tell. */
  readonly verdict: 'undecided' | 'glitch' | 'event'
}

/** The jump of the day at `index`, judged from the days up to `knownUpTo` only; null when that day did not jump. */
function jumpAt(measure: Measure, index: number, knownUpTo: number): Jump | null {
  const change = dailyReturn(measure, index)
  if (!(Math.abs(change) > jumpChange)) return null

  const before = knownAt(measure, index - 1)
  const end = index + backWithinDays
  for (let i = index + 1; i <= Math.min(end, knownUpTo); i++)
    if (Math.abs(knownAt(measure, i) / before - 1) <= backWithin)
      return { index, backIndex: i, change, verdict: 'glitch' }
  return { index, backIndex: Infinity, change, verdict: knownUpTo < end ? 'undecided' : 'event' }
}

/** The jumps on the days `from` to `knownUpTo`, ascending; the way back from a glitch is no jump of its own. */
export function jumpsOf(measure: Measure, from: number, knownUpTo: number): Jump[] {
  const jumps: Jump[] = []
  // A glitch may have begun before `from`.
  for (let i = Math.max(from - backWithinDays, 1); i <= knownUpTo; i++) {
    const jump = jumpAt(measure, i, knownUpTo)
    if (jump === null) continue
    if (i >= from) jumps.push(jump)
    if (jump.verdict === 'glitch') i = jump.backIndex
  }
  return jumps
}
