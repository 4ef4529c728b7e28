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
      exists (select from models where kind = 'risk') as "hasRiskModel",
      exists (select from models where kind = 'anomaly') as "hasAnomalyModel",
      array(select distinct name from job_runs where state in ('queued', 'active', 'waiting')) as "openJobs"`.execute(
    db,
  )
  const [state] = rows
  if (!state) throw new Error('Postgres answered without a row')
  return { ...state, openJobs: new Set(state.openJobs) }
}

/** Once both were trained there is nothing left to bring up; that a model was not good enough to be promoted is no reason to train again at once. */
export async function hasBothModels(db: Db): Promise<boolean> {
  const { models } = await db
    .selectFrom('models')
    .select((eb) => eb.fn.count<number>('kind').distinct().as('models'))
    .executeTakeFirstOrThrow()
  return models === 2
}
