import type { Db } from '../../src/db/connection.ts'
import { insertModel, type NewModel } from '../../src/db/models.ts'
import { promoteModel } from '../../src/db/promotions.ts'
import type { Result } from '../../queues/jobs.ts'
import type { PromotionDecision } from '../../src/training/promotion.ts'

/** The model, its artifact and, if it deserves it, the pointer that makes it current, in one transaction. */
export async function registerModel(
  db: Db,
  model: Omit<NewModel, 'reason'>,
  { promoted, reason }: PromotionDecision,
): Promise<Result<'train-models'>> {
  return db.transaction().execute(async (tx) => {
    const version = await insertModel(tx, { ...model, reason })
    if (promoted)
      await promoteModel(tx, { kind: model.kind, modelId: model.id, reason, promotedBy: 'train-models' })
    return { model_id: model.id, version, algorithm: model.algorithm, promoted, reason }
  })
}
