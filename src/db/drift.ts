import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Tx } from './connection.ts'
import type { ModelKind, RiskLevel, ScanDrift } from './schema.ts'

/** Stands where an alert names a protocol, for what concerns all of them; no id of a protocol has this form. */
export const wholeMarket = '*'

/** What the training windows of the current models were like; models of before this was kept are left out. */
export async function readDriftReferences(db: Db): Promise<{ kind: ModelKind; reference: unknown }[]> {
  return db
    .selectFrom('currentModels')
    .innerJoin('models', 'models.id', 'currentModels.modelId')
    .select(['currentModels.kind', 'models.driftReference as reference'])
    .where('models.driftReference', 'is not', null)
    .orderBy('currentModels.kind')
    .execute()
}

/**
 * The current model of this kind, unless drift has had it trained anew in the last days. Whoever asks within a transaction
 * makes others that ask wait until it ends.
 */
export async function modelDueForRetraining(
  tx: Tx,
  kind: ModelKind,
  atMostEveryDays: number,
): Promise<string | undefined> {
  const current = await tx
    .selectFrom('currentModels')
    .select('modelId')
    .where('kind', '=', kind)
    .forUpdate()
    .executeTakeFirst()
  const recent = await tx
    .selectFrom('driftRetrainings')
    .select('id')
    .where('kind', '=', kind)
    .where('queuedAt', '>', sql<Date>`now() - make_interval(days => ${sql.lit(atMostEveryDays)})`)
    .executeTakeFirst()
  return recent ? undefined : current?.modelId
}

export async function recordRetraining(
  tx: Tx,
  retraining: { kind: ModelKind; modelId: string; scanId: string; runId: string; reason: string },
): Promise<void> {
  await tx.insertInto('driftRetrainings').values(retraining).execute()
}

/** The alert that the market has left the training windows. There is one at a time; it is raised anew when its level rises. */
export async function raiseDriftAlert(
  tx: Tx,
  alert: { level: RiskLevel; score: number; message: string; details: ScanDrift; scanId: string },
): Promise<{ id: string; event: string } | undefined> {
  const open = await tx
    .selectFrom('alerts')
    .select(['id', 'level'])
    .where('kind', '=', 'drift')
    .where('state', '<>', 'cleared')
    .forUpdate()
    .executeTakeFirst()
  const shared = { ...alert, details: JSON.stringify({ drift: alert.details }) }
  if (!open) {
    const id = randomUUID()
    await tx
      .insertInto('alerts')
      .values({
        ...shared,
        id,
        protocolId: wholeMarket,
        kind: 'drift',
        state: 'open',
        peakScore: alert.score,
      })
      .execute()
    return { id, event: 'raised' }
  }
  const isWorse = open.level !== 'high' && alert.level === 'high'
  await tx
    .updateTable('alerts')
    .set((eb) => ({
      ...shared,
      peakScore: eb.fn<number>('greatest', ['peakScore', eb.val(alert.score)]),
      ...(isWorse && {
        state: 'open' as const,
        timesRaised: eb('timesRaised', '+', 1),
        lastRaisedAt: sql<Date>`now()`,
      }),
    }))
    .where('id', '=', open.id)
    .execute()
  return isWorse ? { id: open.id, event: 'worsened to high' } : undefined
}

export async function clearDriftAlert(tx: Tx): Promise<void> {
  await tx
    .updateTable('alerts')
    .set({ state: 'cleared', clearedAt: sql<Date>`now()` })
    .where('kind', '=', 'drift')
    .where('state', '<>', 'cleared')
    .execute()
}

/** Trainings that drift has asked for, newest first. */
export async function listDriftRetrainings(db: Db, limit: number) {
  return db.selectFrom('driftRetrainings').selectAll().orderBy('queuedAt', 'desc').limit(limit).execute()
}
