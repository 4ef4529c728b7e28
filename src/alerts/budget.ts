/** The highest event score of one protocol on one day of the past. */
export interface PastEvent {
  readonly protocolId: string
  /** Days since 1970-01-01, UTC. */
  readonly day: number
  readonly score: number
  /** The calibrated probability that this was a true alarm. */
  readonly confidence: number
}

export interface BudgetPlan {
  /** Events with at least this score raise an alert. */
  readonly threshold: number
  /** What the threshold would have raised in the past, per week. */
  readonly alertsPerWeek: number
  /** The mean confidence of those alerts; null where there were none. */
  readonly expectedPrecision: number | null
}

/** A protocol that was quiet for so long raises a new alert. */
const quietDays = 3

/**
 * The lowest threshold, from `floor` up, that would have kept to the budget over the past events.
 * @param weeks how long the past is; at least 1, so that a young installation does not promise from a day
 */
export function planBudget(
  events: readonly PastEvent[],
  { alertsPerWeek, weeks, floor }: { alertsPerWeek: number; weeks: number; floor: number },
): BudgetPlan {
  const scores = [...new Set(events.map(({ score }) => score).filter((score) => score > floor))].sort(
    (a, b) => a - b,
  )
  for (const threshold of [floor, ...scores]) {
    const raised = raisedAt(threshold, events)
    if (raised.length <= alertsPerWeek * weeks) return planOf(threshold, raised, weeks)
  }
  // Even the highest score was seen too often: only something higher than ever raises an alert.
  return planOf(Math.min(1, (scores.at(-1) ?? floor) + Number.EPSILON), [], weeks)
}

const planOf = (threshold: number, raised: readonly PastEvent[], weeks: number): BudgetPlan => ({
  threshold,
  alertsPerWeek: raised.length / weeks,
  expectedPrecision:
    raised.length === 0 ? null : raised.reduce((sum, { confidence }) => sum + confidence, 0) / raised.length,
})

/** The events that would have raised an alert: one per protocol until it has been quiet. */
function raisedAt(threshold: number, events: readonly PastEvent[]): PastEvent[] {
  const lastDay = new Map<string, number>()
  return [...events]
    .sort((a, b) => a.day - b.day)
    .filter(({ protocolId, day, score }) => {
      if (score < threshold) return false
      const last = lastDay.get(protocolId)
      lastDay.set(protocolId, day)
      return last === undefined || day - last > quietDays
    })
}

/**
 * From what people said of their alerts once there are ten answers, else from the calibrated confidence.
 * @returns a share in [0, 1], or null where nothing is known
 */
export function expectedPrecision(
  plan: BudgetPlan,
  feedback: { readonly trueAlarms: number; readonly falseAlarms: number },
): { readonly value: number | null; readonly from: 'feedback' | 'injected_anomalies' } {
  const answers = feedback.trueAlarms + feedback.falseAlarms
  return answers >= 10
    ? { value: feedback.trueAlarms / answers, from: 'feedback' }
    : { value: plan.expectedPrecision, from: 'injected_anomalies' }
}
