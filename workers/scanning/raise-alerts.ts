import { readAlertPlan } from '../../src/alerts/alert-plan.ts'
import { type AlertSignal, decideAlerts } from '../../src/alerts/decide.ts'
import { messageOf } from '../../src/alerts/message.ts'
import { listOpenAlerts, type NewAlert } from '../../src/db/alerts.ts'
import type { Tx } from '../../src/db/connection.ts'
import type { NewAnomalyScore, NewScan } from '../../src/db/scans.ts'
import { carryOut } from '../alerting/carry-out.ts'

type Signal = AlertSignal & { readonly row: NewAnomalyScore }

/** What this scan does to the alerts, with the deliveries that follow, in the scan's own transaction. */
export async function raiseAlerts(tx: Tx, scan: NewScan, anomalyThreshold: number): Promise<void> {
  const { threshold } = await readAlertPlan(tx, {
    asOf: scan.asOf,
    floor: anomalyThreshold,
    protocols: scan.scores.length,
  })
  const decisions = decideAlerts(scan.scores.map(signalOf), await listOpenAlerts(tx, 'anomaly'), threshold)
  await carryOut(tx, decisions, (signal) => alertOf(signal, scan, threshold))
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

function alertOf(
  { protocolId, level, score, row }: Signal,
  { id: scanId }: NewScan,
  threshold: number,
): NewAlert {
  const reasons = row.contributions.slice(0, 3)
  return {
    kind: 'anomaly',
    protocolId,
    level,
    score,
    message: messageOf(reasons.map(({ sentence }) => sentence)) || `Anomaly score ${score.toFixed(2)}`,
    details: {
      alert_threshold: threshold,
      confidence: row.confidence,
      verdict: row.verdict,
      verdict_reason: row.verdictReason,
      contributions: reasons,
      // What each detector said: with an answer of people it is a label.
      detectors: row.detectors,
    },
    scanId,
  }
}
