import type { Db, Tx } from '../../src/db/connection.ts'
import { findModel, insertModel, type NewModel } from '../../src/db/models.ts'
import { promoteModel } from '../../src/db/promotions.ts'
import type { Payload, Result } from '../../queues/jobs.ts'
import type { PromotionDecision } from '../../src/training/promotion.ts'

/**
 * The model, its artifact and, if it deserves it, the pointer that makes it current, in one transaction. A model that is there
 * already, because the process died before the end of its run was written down, stays as it is.
 * @param saveMore writes what belongs to the model, in the same transaction
 */
export async function registerModel(
  db: Db,
  model: Omit<NewModel, 'reason'>,
  { promoted, reason }: PromotionDecision,
  saveMore?: (tx: Tx) => Promise<void>,
): Promise<Result<'train-models'>> {
  return db.transaction().execute(async (tx) => {
    const known = await findModel(tx, model.id)
    if (known)
      return {
        model_id: known.id,
        version: known.version,
        algorithm: known.algorithm,
        promoted: known.isCurrent,
        reason: known.reason,
      }
    const version = await insertModel(tx, { ...model, reason })
    await saveMore?.(tx)
    if (promoted)
      await promoteModel(tx, { kind: model.kind, modelId: model.id, reason, promotedBy: 'train-models' })
    return { model_id: model.id, version, algorithm: model.algorithm, promoted, reason }
  })
}

/** What the training was asked for comes before what it found; a model that was trained aside stays there. */
export function asRequested(
  { promotion, requested_because }: Payload<'train-models'>,
  decision: PromotionDecision,
): PromotionDecision {
  const because = requested_because === undefined ? '' : `Trained because ${requested_because}. `
  return promotion === 'never'
    ? {
        promoted: false,
        reason: `${because}Left for somebody to promote; the comparison says: ${decision.reason}`,
      }
    : { ...decision, reason: because + decision.reason }
}
