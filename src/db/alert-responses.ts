import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** What people do with an alert. Each answers whether there was such an alert that was not cleared yet. */

export async function acknowledgeAlert(db: Db, id: string, by: string): Promise<boolean> {
  const changed = await db
    .updateTable('alerts')
    .set({ state: 'acknowledged', acknowledgedAt: sql<Date>`now()`, acknowledgedBy: by, snoozedUntil: null })
    .where('id', '=', id)
    .where('state', '<>', 'cleared')
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

export async function snoozeAlert(db: Db, id: string, until: Date): Promise<boolean> {
  const changed = await db
    .updateTable('alerts')
    .set({ state: 'snoozed', snoozedUntil: until })
    .where('id', '=', id)
    .where('state', '<>', 'cleared')
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Kept as a label for the evaluation of detectors; also of alerts that are cleared. @returns whether there is such an alert */
export async function saveFeedback(
  db: Db,
  id: string,
  { feedback, note }: { feedback: 'true_alarm' | 'false_alarm'; note: string | null },
): Promise<boolean> {
  const changed = await db
    .updateTable('alerts')
    .set({ feedback, feedbackNote: note, feedbackAt: sql<Date>`now()` })
    .where('id', '=', id)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}
