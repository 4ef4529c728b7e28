import type { AlertDecisions, AlertSignal } from '../../src/alerts/decide.ts'
import { clearAlerts, keepAlert, type NewAlert, raiseAlert, worsenAlert } from '../../src/db/alerts.ts'
import type { Tx } from '../../src/db/connection.ts'
import { type AlertNews, tellChannels } from './tell-channels.ts'

/** Writes down what was decided, and queues what channels are told, in one transaction with the reason for it. */
export async function carryOut<Signal extends AlertSignal>(
  tx: Tx,
  decisions: AlertDecisions<Signal>,
  alertOf: (signal: Signal) => NewAlert,
): Promise<void> {
  const told: AlertNews[] = []
  for (const signal of decisions.raise) {
    const alertId = await raiseAlert(tx, alertOf(signal))
    if (alertId !== undefined) told.push({ alertId, level: signal.level, event: 'raised' })
  }
  for (const { alert, signal } of decisions.worsen) {
    await worsenAlert(tx, alert.id, alertOf(signal))
    told.push({ alertId: alert.id, level: signal.level, event: `worsened to ${signal.level}` })
  }
  for (const { alert, signal } of decisions.keep) await keepAlert(tx, alert.id, signal.score)
  await clearAlerts(
    tx,
    decisions.clear.map(({ id }) => id),
  )
  await tellChannels(tx, told)
}
