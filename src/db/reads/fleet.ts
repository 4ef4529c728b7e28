import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { ScanDrift } from '../schema.ts'

/** How many runs wait to be handed to their queues, and for how long the oldest has. */
export async function readOutboxLag(db: Db): Promise<{ waiting: number; oldestSeconds: number }> {
  return db
    .selectFrom('outbox')
    .select((eb) => [
      eb.fn.countAll<number>().as('waiting'),
      sql<number>`coalesce(extract(epoch from now() - min(created_at)), 0)::float8`.as('oldestSeconds'),
    ])
    .executeTakeFirstOrThrow()
}

/** How long the oldest run of each queue has been able to start; queues without one are left out. */
export async function readOldestQueued(db: Db): Promise<{ queue: string; seconds: number }[]> {
  const { rows } = await sql<{ queue: string; seconds: number }>`
    select queue, max(extract(epoch from now() - coalesce(resumes_at, created_at)))::float8 as seconds
    from job_runs
    where state = 'queued' and (resumes_at is null or resumes_at < now())
    group by queue`.execute(db)
  return rows
}

/** How the runs of the last 24 hours ended. */
export async function countEndings(db: Db): Promise<{ job: string; state: string; runs: number }[]> {
  const { rows } = await sql<{ job: string; state: string; runs: number }>`
    select name as job, state, count(*) as runs from job_runs
    where created_at > now() - interval '24 hours' and state in ('completed', 'failed', 'cancelled', 'quarantined')
    group by 1, 2`.execute(db)
  return rows
}

/** Alerts on their way: what became of the deliveries of the last 24 hours. */
export async function countDeliveries(db: Db): Promise<{ state: string; deliveries: number }[]> {
  return db
    .selectFrom('alertDeliveries')
    .select((eb) => ['state', eb.fn.countAll<number>().as('deliveries')])
    .where('createdAt', '>', sql<Date>`now() - interval '24 hours'`)
    .groupBy('state')
    .execute()
}

/** Ages, in seconds, of the newest of what the pipeline makes; null where there is none yet. */
export async function readPipelineAges(
  db: Db,
): Promise<{ features: number | null; scan: number | null; scores: number | null }> {
  const { rows } = await sql<{ features: number | null; scan: number | null; scores: number | null }>`
    select
      (select extract(epoch from now() - computed_at) from feature_vectors order by as_of desc limit 1)::float8 as features,
      (select extract(epoch from now() - scanned_at) from scans order by as_of desc, scanned_at desc limit 1)::float8 as scan,
      (select extract(epoch from now() - scored_at) from risk_scores order by as_of desc limit 1)::float8 as scores`.execute(
    db,
  )
  return rows[0]!
}

/** Seconds since rows of each source were stored last; sources that never gave any are left out. */
export async function readRowAges(
  db: Db,
  sources: readonly string[],
): Promise<{ source: string; seconds: number }[]> {
  const { rows } = await sql<{ source: string; seconds: number }>`
    select source, extract(epoch from now() - fetched_at)::float8 as seconds
    from unnest(${sources}::text[]) as source cross join lateral (
      select fetched_at from fetches where fetches.source = source.source order by fetched_at desc limit 1
    ) as newest`.execute(db)
  return rows
}

/** The current models and their ages in seconds. */
export async function readModelAges(db: Db): Promise<{ kind: string; seconds: number }[]> {
  return db
    .selectFrom('currentModels')
    .innerJoin('models', 'models.id', 'currentModels.modelId')
    .select([
      'currentModels.kind',
      sql<number>`extract(epoch from now() - models.created_at)::float8`.as('seconds'),
    ])
    .execute()
}

/** Drift as the newest scan measured it; null where nothing is known of it. */
export async function readNewestDrift(db: Db): Promise<ScanDrift | null> {
  const scan = await db
    .selectFrom('scans')
    .select('drift')
    .orderBy('asOf', 'desc')
    .orderBy('scannedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  return scan?.drift ?? null
}
