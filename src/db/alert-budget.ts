import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** How many alerts a week people want; the thresholds follow. */
export interface AlertBudget {
  readonly alertsPerWeek: number
}

const setting = 'alert_budget'
export const defaultAlertBudget: AlertBudget = { alertsPerWeek: 5 }

/** @returns undefined where nobody has set one */
export async function readAlertBudget(db: Db): Promise<AlertBudget | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', setting).executeTakeFirst()
  return row?.value as AlertBudget | undefined
}

export async function saveAlertBudget(db: Db, budget: AlertBudget): Promise<void> {
  const value = JSON.stringify(budget)
  await db
    .insertInto('settings')
    .values({ name: setting, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, updatedAt: sql<Date>`now()` }))
    .execute()
}
