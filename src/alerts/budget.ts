/** The highest event score of one protocol on one day of the past. */
export interface PastEvent {
  readonly protocolId: string
  /** Days since 1970-01-01, UTC. */
  readonly day: number
  readonly score: number
}

export interface BudgetPlan {
  /** Events with at least this score raise an alert. */
  readonly threshold: number
  /** What the threshold would have raised in the past, per week. */
  readonly alertsPerWeek: number
}

/** A protocol that was quiet for so long raises a new alert. */
const quietDays = 3

export interface BudgetOptions {
  readonly alertsPerWeek: number
  /** How long the past is; at least 1, so that a young installation does not promise from a day. */
  readonly weeks: number
  /** The threshold is never below this one. */
  readonly floor: number
}

/** The lowest threshold, found by bisection from `floor` up, that would have kept to the budget over the past events. */
export function planBudget(
  events: readonly PastEvent[],
  { alertsPerWeek, weeks, floor }: BudgetOptions,
): BudgetPlan {
  const byDay = [...events].sort((a, b) => a.day - b.day)
  const scores = [...new Set(events.map(({ score }) => score).filter((score) => score > floor))].sort(
    (a, b) => a - b,
  )
  // Above the highest score only something higher than ever raises an alert.
  const thresholds = [floor, ...scores, Math.min(1, (scores.at(-1) ?? floor) + Number.EPSILON)]
  let low = 0
  let high = thresholds.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (countRaisedAt(thresholds[middle]!, byDay) <= alertsPerWeek * weeks) high = middle
    else low = middle + 1
  }
  const threshold = thresholds[low]!
  const raised = low === thresholds.length - 1 && scores.length > 0 ? 0 : countRaisedAt(threshold, byDay)
  return { threshold, alertsPerWeek: raised / weeks }
}

/** The events that would have raised an alert: one per protocol until it has been quiet. */
function countRaisedAt(threshold: number, byDay: readonly PastEvent[]): number {
  const lastDay = new Map<string, number>()
  let raised = 0
  for (const { protocolId, day, score } of byDay) {
    if (score < threshold) continue
    const last = lastDay.get(protocolId)
    lastDay.set(protocolId, day)
    if (last === undefined || day - last > quietDays) raised++
  }
  return raised
}

/** The scans of so many weeks say what a threshold would have raised. */
export const pastWeeks = 4
/** The oldest scan of four weeks is seldom exactly that old. */
const fullPastWeeks = 3.5

/**
 * The threshold of the next scan. Until there are nearly four weeks of scans to judge by it is no lower than what keeps to the
 * budget by the ranks: of ordinary protocol-days the share 1 − score is as abnormal.
 */
export function planAlerts(
  events: readonly PastEvent[],
  { protocols, ...options }: BudgetOptions & { readonly protocols: number },
): BudgetPlan {
  const { alertsPerWeek, weeks, floor } = options
  const byRank = 1 - alertsPerWeek / (7 * Math.max(protocols, 1))
  return planBudget(events, weeks < fullPastWeeks ? { ...options, floor: Math.max(floor, byRank) } : options)
}
