import { z } from 'zod'
import { defaultAlertBudget, readAlertBudget, saveAlertBudget } from '../../db/alert-budget.ts'
import type { Db } from '../../db/connection.ts'
import { readAlertPlan } from '../../alerts/alert-plan.ts'
import { type CaughtPoint, expectedPrecision } from '../../alerts/expected-precision.ts'
import { countAnswers } from '../../db/alert-labels.ts'
import { countRaised } from '../../db/alerts.ts'
import { readCurrentModel } from '../../db/reads/models.ts'
import { newestScan } from '../../db/scans.ts'
import { defineRoute, json } from '../define-route.ts'
import { count, share } from '../schemas.ts'

const allowed = 'Expected a whole number from 1 to 10,000'
const alertsPerWeek = z.int(allowed).min(1, allowed).max(10_000, allowed)
const budgetSchema = z
  .object({
    alerts_per_week: alertsPerWeek,
    is_default: z.boolean(),
    raised_last_7_days: count,
    threshold: share.nullable().meta({
      description: 'Anomalies with this score or more raise an alert; null before the first scan',
    }),
    past: z
      .object({ weeks: z.number(), alerts_per_week: z.number() })
      .nullable()
      .meta({ description: 'The scans that the threshold was judged by, and what it would have raised' }),
    expected_precision: z
      .object({
        value: share.meta({ description: 'The share of alerts of anomalies that is expected to be right' }),
        from_injected: share.nullable().meta({ description: 'What injected anomalies alone say' }),
        true_alarms: count,
        false_alarms: count,
      })
      .nullable(),
  })
  .meta({ id: 'AlertBudget' })

const getRoute = defineRoute({
  method: 'get',
  path: '/alert-budget',
  scope: 'read',
  tag: 'Alerts',
  summary: 'How many alerts a week are wanted, the threshold that follows, and how many will be right',
  responses: { 200: json(budgetSchema, 'The budget') },
  handler: async (_input, { db }) => ({ status: 200, body: await describeBudget(db) }),
})

const putRoute = defineRoute({
  method: 'put',
  path: '/alert-budget',
  scope: 'write',
  tag: 'Alerts',
  summary: 'Say how many alerts a week are wanted; the thresholds follow',
  body: z.strictObject({ alerts_per_week: alertsPerWeek }),
  responses: { 200: json(budgetSchema, 'The budget') },
  handler: async ({ body }, { db }) => {
    await saveAlertBudget(db, { alertsPerWeek: body.alerts_per_week })
    return { status: 200, body: await describeBudget(db) }
  },
})

async function describeBudget(db: Db): Promise<z.input<typeof budgetSchema>> {
  const set = await readAlertBudget(db)
  return {
    alerts_per_week: (set ?? defaultAlertBudget).alertsPerWeek,
    is_default: set === undefined,
    raised_last_7_days: await countRaised(db, { days: 7 }),
    ...(await describeThreshold(db)),
  }
}

/** What the training of an anomaly model writes into its metrics, as far as it matters here. */
interface AnomalyMetrics {
  readonly threshold: number
  /** Missing in models of older releases. */
  readonly caught?: readonly CaughtPoint[]
}

async function describeThreshold(
  db: Db,
): Promise<Pick<z.input<typeof budgetSchema>, 'threshold' | 'past' | 'expected_precision'>> {
  const [model, scan] = await Promise.all([readCurrentModel(db, 'anomaly'), newestScan(db)])
  if (!model || !scan) return { threshold: null, past: null, expected_precision: null }
  const metrics = model.metrics as unknown as AnomalyMetrics
  const [plan, answers] = await Promise.all([
    readAlertPlan(db, {
      asOf: scan.asOf,
      floor: metrics.threshold,
      protocols: scan.totalProtocols - scan.insufficientData,
    }),
    countAnswers(db),
  ])
  const expected = expectedPrecision(plan.threshold, metrics.caught ?? [], answers)
  return {
    threshold: plan.threshold,
    past: { weeks: plan.weeks, alerts_per_week: plan.alertsPerWeek },
    expected_precision: expected && {
      value: expected.value,
      from_injected: expected.fromInjected,
      true_alarms: answers.trueAlarms,
      false_alarms: answers.falseAlarms,
    },
  }
}

export const alertBudgetRoutes = [getRoute, putRoute]
