import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { JobRun } from '../job-runs.ts'
import type { RunState } from '../schema.ts'
import { askedTogether } from './asked-together.ts'
import { exactly } from './keyset.ts'

export async function readRuns(db: Db, ids: readonly string[]): Promise<JobRun[]> {
  if (ids.length === 0) return []
  return db
    .selectFrom('jobRuns')
    .selectAll()
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
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
export const countedAhead = 100

/** A run and, while it is queued, how many of its queue and lane were queued before it, counted up to `countedAhead`. */
export type PlacedRun = JobRun & { readonly ahead: number | null }

export const readPlacedRun = askedTogether(
  async (db, ids): Promise<PlacedRun[]> => {
    const { rows } = await sql<PlacedRun>`
    select run.*, place.ahead
    from job_runs as run
    left join lateral (
      select count(*) as ahead
      from (
        select from job_runs as other
        where other.state = 'queued' and other.queue = run.queue and other.lane = run.lane
          and other.created_at < run.created_at
        order by other.created_at
        limit ${sql.lit(countedAhead)}
      ) as counted
    ) as place on run.state = 'queued'
    where run.id = any(${ids}::uuid[])`.execute(db)
    return rows
  },
  (run) => run.id,
)

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
