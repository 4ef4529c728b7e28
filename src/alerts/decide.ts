/** How loud an alert is; the order matters. */
export const alertLevels = ['low', 'medium', 'high'] as const
export type AlertLevel = (typeof alertLevels)[number]

/** What a scan says of one protocol, as far as alerts go. */
export interface AlertSignal {
  readonly protocolId: string
  /** In [0, 1]; the higher, the more abnormal. */
  readonly score: number
  readonly level: AlertLevel
  /** Only an event is worth an alert: not a glitch, and not what still waits for confirmation. */
  readonly isEvent: boolean
}

/** An alert that is not cleared. */
export interface OpenAlert {
  readonly id: string
  readonly protocolId: string
  readonly level: AlertLevel
  readonly peakScore: number
}

export interface AlertDecisions<Signal extends AlertSignal = AlertSignal> {
  readonly raise: readonly Signal[]
  /** Open alerts whose level went up. */
  readonly worsen: readonly { readonly alert: OpenAlert; readonly signal: Signal }[]
  /** Open alerts that are as they were, with the newest score. */
  readonly keep: readonly { readonly alert: OpenAlert; readonly signal: Signal }[]
  readonly clear: readonly OpenAlert[]
}

/** An alert is cleared only when the score is so far below the threshold: a score that trembles around it raises once. */
const hysteresis = 0.05

/**
 * What a scan does to the alerts: raised once, raised again only when worse, cleared with hysteresis. A protocol that the scan
 * does not speak of keeps its alert.
 */
export function decideAlerts<Signal extends AlertSignal>(
  signals: readonly Signal[],
  open: readonly OpenAlert[],
  threshold: number,
): AlertDecisions<Signal> {
  const alertOf = new Map(open.map((alert) => [alert.protocolId, alert]))
  const raise: Signal[] = []
  const worsen: { alert: OpenAlert; signal: Signal }[] = []
  const keep: { alert: OpenAlert; signal: Signal }[] = []
  const clear: OpenAlert[] = []
  for (const signal of signals) {
    const alert = alertOf.get(signal.protocolId)
    if (!alert) {
      if (signal.isEvent && signal.score >= threshold) raise.push(signal)
    } else if (signal.score < threshold - hysteresis) clear.push(alert)
    else if (signal.isEvent && isLouder(signal.level, alert.level)) worsen.push({ alert, signal })
    else keep.push({ alert, signal })
  }
  return { raise, worsen, keep, clear }
}

const isLouder = (a: AlertLevel, b: AlertLevel): boolean => alertLevels.indexOf(a) > alertLevels.indexOf(b)

/** Whether an alert of this level is for a channel that wants this level and louder ones. */
export const reaches = (level: AlertLevel, least: AlertLevel): boolean =>
  level === least || isLouder(level, least)
