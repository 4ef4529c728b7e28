import type { Db } from './connection.ts'
import type { ModelKind } from './schema.ts'

export interface Promotion {
  readonly kind: ModelKind
  readonly modelId: string
  readonly reason: string
  readonly promotedBy: string
}

/**
 * Makes a model the current one of its kind and writes down who did it and why, in one transaction.
 * @returns the id of the model that was current before, or null
 */
export async function promoteModel(
  db: Db,
  promotion: Promotion,
): Promise<{ previousModelId: string | null }> {
  return inTransaction(db, async (tx) => {
    const previous = await tx
      .selectFrom('currentModels')
      .select('modelId')
      .where('kind', '=', promotion.kind)
      .forUpdate()
      .executeTakeFirst()
    const previousModelId = previous?.modelId ?? null
    await tx
      .insertInto('currentModels')
      .values({ kind: promotion.kind, modelId: promotion.modelId })
      .onConflict((conflict) =>
        conflict.column('kind').doUpdateSet({ modelId: promotion.modelId, promotedAt: new Date() }),
      )
      .execute()
    await tx
      .insertInto('modelPromotions')
      .values({ ...promotion, previousModelId })
      .execute()
    return { previousModelId }
  })
}

/** Kysely does not nest transactions: work that is already in one stays in it. */
function inTransaction<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work)
}
