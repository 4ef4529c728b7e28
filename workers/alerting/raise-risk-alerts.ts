import { decideRiskAlerts, type RiskSignal } from '../../src/alerts/decide-risk.ts'
import { defaultAlertBudget, readAlertBudget } from '../../src/db/alert-budget.ts'
import { countRaised, listOpenAlerts, type NewAlert } from '../../src/db/alerts.ts'
import type { Tx } from '../../src/db/connection.ts'
import { type NewRiskScore, readLevelsBefore } from '../../src/db/risk-scores.ts'
import { riskLabels } from '../../src/features/labels.ts'
import { carryOut } from './carry-out.ts'

type Signal = RiskSignal & { readonly row: NewRiskScore }

/** Raises an alert where a risk level rose to high, as far as the week's alert budget has room. */
export async function raiseRiskAlerts(tx: Tx, asOf: Date, scores: readonly NewRiskScore[]): Promise<void> {
  const budget = (await readAlertBudget(tx)) ?? defaultAlertBudget
  const room = budget.alertsPerWeek - (await countRaised(tx, { days: 7 }))
  const before = await readLevelsBefore(tx, asOf)
  const signals = scores.flatMap((row): Signal[] => {
    const { protocolId, riskLevel: level, probabilities } = row
    if (!level || !probabilities) return []
    const score = probabilities[riskLabels.indexOf('high')]!
    const previousLevel = before.get(protocolId) ?? null
    return [{ protocolId, level, score, previousLevel, isEvent: true, row }]
  })
  await carryOut(tx, decideRiskAlerts(signals, await listOpenAlerts(tx, 'risk'), room), alertOf)
}

function alertOf({ protocolId, level, score, previousLevel, row }: Signal): NewAlert {
  const percent = (100 * score).toFixed(0)
  return {
    kind: 'risk',
    protocolId,
    level,
    score,
    message: `The risk level rose from ${previousLevel} to high: ${percent} % for a lasting fall of 40 % or an incident within ${row.horizonDays} days`,
    details: {
      previous_level: previousLevel,
      probabilities: row.probabilities,
      horizon_days: row.horizonDays,
      model_id: row.modelId,
    },
    scanId: null,
  }
}
