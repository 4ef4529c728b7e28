import { backWithinDays, jumpsOf, type Jump } from './jumps.ts'
import { knownAt, measureOf, type FollowedMeasure } from './measures.ts'
import type { DailySeries } from './series.ts'

/** A verdict is about the jumps of so many days up to the day asked about. */
const lookBackDays = 7
/** The other measure agrees with a jump when it moved at least so far in the same direction. */
const agreement = 0.2

export interface JumpVerdict {
  readonly verdict: 'none' | 'undecided' | 'glitch' | 'event'
  /** What the verdict is about; null for `none`. */
  readonly jump: {
    readonly measure: FollowedMeasure
    readonly day: number
    /** value / value of the day before - 1 */
    readonly change: number
  } | null
}

const byGravity = ['event', 'undecided', 'glitch'] as const

/**
 * Whether TVL or price jumped (over 50 % in one day) in the week up to `day`, and what that was, from the days up to `day`
 * only: **glitch** when it was back within 3 days, **event** when it was not, or when the other measure moved the same way by
 * 20 % or more, **undecided** until one of them is known. Of several jumps the gravest verdict counts, then the newest day.
 */
export function glitchOrEvent(series: DailySeries, day: number): JumpVerdict {
  const index = day - series.firstDay
  const jumps = (['tvl', 'price'] as const).flatMap((name) =>
    jumpsOf(measureOf[name](series), index - lookBackDays + 1, index).map((jump) => ({
      measure: name,
      jump,
      verdict:
        jump.verdict === 'undecided' && isConfirmed(series, name, jump, index) ? 'event' : jump.verdict,
    })),
  )
  for (const verdict of byGravity) {
    const found = jumps
      .filter((one) => one.verdict === verdict)
      .sort((a, b) => b.jump.index - a.jump.index)[0]
    if (found !== undefined) {
      const { measure, jump } = found
      return { verdict, jump: { measure, day: series.firstDay + jump.index, change: jump.change } }
    }
  }
  return { verdict: 'none', jump: null }
}

/** Two feeds seldom break the same way on the same day. */
function isConfirmed(series: DailySeries, name: FollowedMeasure, jump: Jump, knownUpTo: number): boolean {
  const other = measureOf[name === 'tvl' ? 'price' : 'tvl'](series)
  const before = knownAt(other, jump.index - 1)
  const end = Math.min(jump.index + backWithinDays, knownUpTo)
  for (let i = jump.index; i <= end; i++) if (agrees(knownAt(other, i) / before, jump)) return true
  return false
}

function agrees(level: number, jump: Jump): boolean {
  return jump.change < 0 ? level <= 1 - agreement : level >= 1 + agreement
}
