import type { JumpVerdict } from '../features/glitch-or-event.ts'
import type { QualityFlag } from '../features/quality.ts'

/** What is known about an abnormal protocol besides its features. */
export interface VerdictEvidence {
  /** What `glitchOrEvent` says of the series' jumps. */
  readonly jump: JumpVerdict
  /** `vectorFlags` of the series. */
  readonly flags: readonly QualityFlag[]
  /** Consecutive latest days on which every known measure repeats the day before, see `frozenDays`. */
  readonly frozenDays: number
  /** Another source's value of the measure that moved, over ours; null where there is none. */
  readonly otherSourceRatio: number | null
  /** How far volume rose beyond the market today, in usual movements; NaN where it is unknown. */
  readonly volumeStrength: number
  /** Daily scans in a row, this one included, that called the protocol abnormal. */
  readonly persistedScans: number
}

export interface AnomalyVerdict {
  /** An `unconfirmed` anomaly waits for the next scan; only an `event` is worth an alert. */
  readonly verdict: 'event' | 'glitch' | 'unconfirmed'
  readonly reason: string
}

/** Sources within this factor of one another agree. */
const agreementFactor = 1.2
/** Markets do not repeat to the last digit for so long. */
const frozenFrom = 2
/** A feed that breaks does not move the turnover: so strong a rise of volume confirms a jump. */
const confirmingVolume = 2.5
/** An anomaly of so many scans is no slip of a feed. */
const lastingScans = 3

/** Is an anomaly an event in the market or a glitch of a feed? The first rule that applies decides. */
export function judgeAnomaly(evidence: VerdictEvidence): AnomalyVerdict {
  const { jump, flags, frozenDays: frozen, otherSourceRatio, volumeStrength, persistedScans } = evidence
  if (flags.includes('stale')) return glitch('there is no value of the last 3 days')
  if (frozen >= frozenFrom) return glitch(`every value repeats the day before, for ${frozen} days`)
  if (otherSourceRatio !== null)
    return apart(otherSourceRatio) < agreementFactor
      ? event('another source reports the same')
      : glitch(`another source reports ${otherSourceRatio.toPrecision(3)} times the value`)
  if (jump.verdict === 'glitch') return glitch('the value was back within 3 days')
  if (jump.verdict === 'event') return event('the jump stayed, or price and TVL moved together')
  if (jump.verdict === 'undecided' && volumeStrength >= confirmingVolume)
    return event('volume rose together with the jump')
  if (persistedScans >= lastingScans) return event(`it has lasted for ${persistedScans} scans`)
  if (jump.verdict === 'undecided')
    return { verdict: 'unconfirmed', reason: 'one measure jumped and may still come back' }
  return event('no jump of a feed explains it')
}

function event(reason: string): AnomalyVerdict {
  return { verdict: 'event', reason }
}

function glitch(reason: string): AnomalyVerdict {
  return { verdict: 'glitch', reason }
}

/** How far a ratio is from 1, as a factor ≥ 1; a ratio of 0 or less is infinitely far. */
function apart(ratio: number): number {
  return ratio > 0 ? Math.max(ratio, 1 / ratio) : Infinity
}
