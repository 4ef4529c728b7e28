import { planBudget } from '../../src/alerts/budget.ts'
import { type AlertSignal, decideAlerts, reaches } from '../../src/alerts/decide.ts'
import { defaultAlertBudget, readAlertBudget } from '../../src/db/alert-budget.ts'
import {
  addDeliveries,
  clearAlerts,
  keepAlert,
  listEnabledChannels,
  listOpenAlerts,
  listPastEvents,
  type NewAlert,
  oldestScan,
  raiseAlert,
  worsenAlert,
} from '../../src/db/alerts.ts'
import type { Db, Tx } from '../../src/db/connection.ts'
import type { NewAnomalyScore, NewScan } from '../../src/db/scans.ts'
import { submitJobs } from '../../src/jobs/submit.ts'

const pastWeeks = 4
const msPerWeek = 7 * 86_400_000

type Signal = AlertSignal & { readonly row: NewAnomalyScore }

/** What this scan does to the alerts, with the deliveries that follow, in the scan's own transaction. */
export async function raiseAlerts(tx: Tx, scan: NewScan, anomalyThreshold: number): Promise<void> {
  const threshold = await alertThreshold(tx, scan.asOf, anomalyThreshold)
  const decisions = decideAlerts(scan.scores.map(signalOf), await listOpenAlerts(tx, 'anomaly'), threshold)

  const told: { alertId: string; signal: Signal; event: string }[] = []
  for (const signal of decisions.raise) {
    const alertId = await raiseAlert(tx, alertOf(signal, scan))
    if (alertId !== undefined) told.push({ alertId, signal, event: 'raised' })
  }
  for (const { alert, signal } of decisions.worsen) {
    await worsenAlert(tx, alert.id, alertOf(signal, scan))
    told.push({ alertId: alert.id, signal, event: `worsened to ${signal.level}` })
  }
  for (const { alert, signal } of decisions.keep) await keepAlert(tx, alert.id, signal.score)
  await clearAlerts(
    tx,
    decisions.clear.map(({ id }) => id),
  )

  const channels = await listEnabledChannels(tx)
  const deliveries = await addDeliveries(
    tx,
    told.flatMap(({ alertId, signal, event }) =>
      channels
        .filter(({ minLevel }) => reaches(signal.level, minLevel))
        .map(({ id: channelId }) => ({ alertId, channelId, event })),
    ),
  )
  if (deliveries.length > 0)
    await submitJobs(
      tx,
      'deliver-alert',
      deliveries.map((delivery_id) => ({ delivery_id })),
      { origin: 'job' },
    )
}

/** The lowest score that keeps to the alert budget, judged by the scans of the last weeks. */
async function alertThreshold(db: Db, asOf: Date, floor: number): Promise<number> {
  const { alertsPerWeek } = (await readAlertBudget(db)) ?? defaultAlertBudget
  const since = await oldestScan(db, asOf, pastWeeks)
  const weeks = Math.max(1, since ? (asOf.getTime() - since.getTime()) / msPerWeek : 1)
  return planBudget(await listPastEvents(db, asOf, pastWeeks), { alertsPerWeek, weeks, floor }).threshold
}

function signalOf(row: NewAnomalyScore): Signal {
  return {
    protocolId: row.protocolId,
    score: row.anomalyScore,
    level: row.alertLevel,
    isEvent: row.isAnomaly && row.verdict === 'event',
    row,
  }
}

function alertOf({ protocolId, level, score, row }: Signal, { id: scanId }: NewScan): NewAlert {
  const reasons = row.contributions.slice(0, 3)
  return {
    protocolId,
    level,
    score,
    message: reasons.map(({ sentence }) => sentence).join('; ') || `Anomaly score ${score.toFixed(2)}`,
    details: {
      confidence: row.confidence,
      verdict: row.verdict,
      verdict_reason: row.verdictReason,
      contributions: reasons,
    },
    scanId,
  }
}
