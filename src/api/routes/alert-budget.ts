import { z } from 'zod'
import { defaultAlertBudget, readAlertBudget, saveAlertBudget } from '../../db/alert-budget.ts'
import type { Db } from '../../db/connection.ts'
import { countRecentAlerts } from '../../db/reads/alerts.ts'
import { defineRoute, json } from '../define-route.ts'
import { count } from '../schemas.ts'

const alertsPerWeek = z.int().min(1).max(10_000)
const budgetSchema = z
  .object({
    alerts_per_week: alertsPerWeek,
    is_default: z.boolean(),
    raised_last_7_days: count,
  })
  .meta({ id: 'AlertBudget' })

const getRoute = defineRoute({
  method: 'get',
  path: '/alert-budget',
  scope: 'read',
  tag: 'Alerts',
  summary: 'How many alerts a week are wanted, and how many there were',
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
    raised_last_7_days: await countRecentAlerts(db),
  }
}

export const alertBudgetRoutes = [getRoute, putRoute]
