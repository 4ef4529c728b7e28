import type { Db } from './connection.ts'

/**
 * Open runs that are not in the outbox and have shown no sign of life since `quietSince`, by id.
 * @param afterId where the page before ended
 */
export async function listQuietRuns(db: Db, quietSince: Date, limit: number, afterId: string | undefined) {
  return db
    .selectFrom('jobRuns as run')
    .select(['run.id', 'run.name', 'run.queue', 'run.state', 'run.bullJobId', 'run.cancelRequestedAt'])
    .where('run.state', 'in', ['queued', 'active', 'waiting'])
    .where('run.createdAt', '<', quietSince)
    .where((eb) => eb.or([eb('run.heartbeatAt', 'is', null), eb('run.heartbeatAt', '<', quietSince)]))
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('outbox').select('outbox.id').whereRef('outbox.runId', '=', 'run.id'))),
    )
    .$if(afterId !== undefined, (query) => query.where('run.id', '>', afterId!))
    .orderBy('run.id')
    .limit(limit)
    .execute()
}
export type QuietRun = Awaited<ReturnType<typeof listQuietRuns>>[number]
