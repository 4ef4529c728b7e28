import type { AlertDecisions, AlertLevel, AlertSignal, OpenAlert } from './decide.ts'

/** What a scoring says of one protocol, as far as alerts go. */
export interface RiskSignal extends AlertSignal {
  readonly level: AlertLevel
  /** Of level high, in [0, 1]. */
  readonly score: number
  /** At the scoring before; null where there was none. */
  readonly previousLevel: AlertLevel | null
}

/** An alert is cleared only when the probability has fallen by so much from its peak: a level that flickers raises once. */
const hysteresis = 0.2

/**
 * A risk level that rises to high raises an alert, the most probable first while the budget has room; the level of a
 * protocol that was never scored before does not rise.
 * @param room alerts that the budget still has this week
 */
export function decideRiskAlerts<Signal extends RiskSignal>(
  signals: readonly Signal[],
  open: readonly OpenAlert[],
  room: number,
): AlertDecisions<Signal> {
  const alertOf = new Map(open.map((alert) => [alert.protocolId, alert]))
  const rises: Signal[] = []
  const keep: { alert: OpenAlert; signal: Signal }[] = []
  const clear: OpenAlert[] = []
  for (const signal of signals) {
    const alert = alertOf.get(signal.protocolId)
    const isHigh = signal.level === 'high'
    if (!alert) {
      if (isHigh && signal.previousLevel !== null && signal.previousLevel !== 'high') rises.push(signal)
    } else if (!isHigh && signal.score < (1 - hysteresis) * alert.peakScore) clear.push(alert)
    else keep.push({ alert, signal })
  }
  const raise = rises.sort((a, b) => b.score - a.score).slice(0, Math.max(room, 0))
  return { raise, worsen: [], keep, clear }
}
