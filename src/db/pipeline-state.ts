import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** One look at how far collection, features and models have come. */
export async function readPipelineState(db: Db) {
  const { rows } = await sql<{
    protocols: number
    backfilled: number
    openBackfills: number
    backfillingForSeconds: number
    hasVectors: boolean
    hasRiskModel: boolean
    hasAnomalyModel: boolean
    openJobs: string[]
  }>`
    select
      (select count(*) from protocols) as protocols,
      (select count(*) from protocols where backfilled_to is not null) as backfilled,
      (select count(*) from job_runs where name = 'backfill-protocol' and state in ('queued', 'active', 'waiting')) as "openBackfills",
      (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from job_runs
        where name = 'backfill-protocol' and state in ('queued', 'active', 'waiting')) as "backfillingForSeconds",
      exists (select from feature_vectors) as "hasVectors",
      exists (select from current_models where kind = 'risk') as "hasRiskModel",
      exists (select from current_models where kind = 'anomaly') as "hasAnomalyModel",
      array(select distinct name from job_runs where state in ('queued', 'active', 'waiting')) as "openJobs"`.execute(
    db,
  )
  const [state] = rows
  if (!state) throw new Error('Postgres answered without a row')
  return { ...state, openJobs: new Set(state.openJobs) }
}

/** Once both exist there is nothing left to bring up. */
export async function hasBothModels(db: Db): Promise<boolean> {
  const { models } = await db
    .selectFrom('currentModels')
    .select((eb) => eb.fn.countAll<number>().as('models'))
    .executeTakeFirstOrThrow()
  return models === 2
}
