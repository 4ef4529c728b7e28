import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { JobRun } from '../job-runs.ts'
import type { RunState } from '../schema.ts'
import { exactly } from './keyset.ts'

export async function readRuns(db: Db, ids: readonly string[]): Promise<JobRun[]> {
  if (ids.length === 0) return []
  return db.selectFrom('jobRuns').selectAll().where('id', 'in', ids).execute()
}

export interface RunFilter {
  readonly state: RunState | undefined
  readonly name: string | undefined
  readonly parentId: string | undefined
  readonly limit: number
  /** `created_at` to the microsecond and `id` of the last run of the page before. */
  readonly after: readonly [createdAt: string, id: string] | undefined
}

/** Runs, newest first; one more than `limit`, so that the caller knows whether there is another page. */
export async function listRuns(db: Db, filter: RunFilter) {
  let query = db
    .selectFrom('jobRuns')
    .selectAll()
    .select(exactly('createdAt').as('createdAtExact'))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
  if (filter.state) query = query.where('state', '=', filter.state)
  if (filter.name) query = query.where('name', '=', filter.name)
  if (filter.parentId) query = query.where('parentId', '=', filter.parentId)
  if (filter.after) {
    const [createdAt, id] = filter.after
    query = query.where(sql<boolean>`(created_at, id) < (${createdAt}::timestamptz, ${id}::uuid)`)
  }
  return query.execute()
}

/** The farthest that a place in the queue is counted: the backlog is never walked. */
export const countedAhead = 200

/** How many runs of the same queue and lane were queued before this one, counted up to `countedAhead`. */
export async function countAhead(
  db: Db,
  run: Pick<JobRun, 'id' | 'queue' | 'lane' | 'createdAt'>,
): Promise<number> {
  const { rows } = await sql<{ ahead: number }>`
    select count(*) filter (where lane = ${run.lane}) as ahead
    from (
      select lane from job_runs
      where queue = ${run.queue} and state = 'queued' and created_at < ${run.createdAt}
      order by created_at desc
      limit ${countedAhead}
    ) as nearest`.execute(db)
  return rows[0]?.ahead ?? 0
}

export async function listJobLogs(
  db: Db,
  runId: string,
  page: { readonly limit: number; readonly after: number | undefined },
) {
  let query = db
    .selectFrom('jobLogs')
    .selectAll()
    .where('runId', '=', runId)
    .orderBy('id')
    .limit(page.limit + 1)
  if (page.after !== undefined) query = query.where('id', '>', page.after)
  return query.execute()
}
