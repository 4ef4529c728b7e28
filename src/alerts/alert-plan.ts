import { defaultAlertBudget, readAlertBudget } from '../db/alert-budget.ts'
import { countRaised, listPastEvents, oldestScan } from '../db/alerts.ts'
import type { Db } from '../db/connection.ts'
import { type BudgetPlan, pastWeeks, planAlerts } from './budget.ts'

const msPerWeek = 7 * 86_400_000

export interface AlertPlan extends BudgetPlan {
  /** How long the past was that it was judged by, in weeks; at least 1. */
  readonly weeks: number
}

/**
 * The lowest score that keeps to the alert budget, judged by the scans of the last weeks. Alerts about risk levels spend
 * of the same budget; one alert a week is left to anomalies.
 * @param floor what the model calls an anomaly @param protocols how many a scan looks at
 */
export async function readAlertPlan(
  db: Db,
  { asOf, floor, protocols }: { asOf: Date; floor: number; protocols: number },
): Promise<AlertPlan> {
  const [budget, since, events, ofRisk] = await Promise.all([
    readAlertBudget(db),
    oldestScan(db, asOf, pastWeeks),
    listPastEvents(db, asOf, pastWeeks),
    countRaised(db, { kind: 'risk', days: 7 * pastWeeks }),
  ])
  const weeks = Math.max(1, since ? (asOf.getTime() - since.getTime()) / msPerWeek : 1)
  const wanted = (budget ?? defaultAlertBudget).alertsPerWeek
  const alertsPerWeek = Math.max(1, wanted - ofRisk / weeks)
  return { ...planAlerts(events, { alertsPerWeek, weeks, floor, protocols }), weeks }
}
