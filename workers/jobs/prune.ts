import { pruneOld, retentionDays } from '../../src/db/retention.ts'
import type { Handler } from '../handler.ts'

/** Drops what is older than its retention, one kind after the other. */
export const prune: Handler<'prune'> = async (_payload, { db, clock, progress, log }) => {
  const marketNow = await clock.now()
  const deleted = await pruneOld(
    db,
    { wallNow: new Date(), marketNow },
    retentionDays,
    (kind, index, kinds) => progress(index / kinds, kind),
  )
  log.info(deleted, 'pruned')
  return { deleted: Object.values(deleted).reduce((sum, rows) => sum + rows, 0) }
}
