import { type Insertable, sql } from 'kysely'
import type { Db, Tx } from './connection.ts'
import type { Schema } from './schema.ts'

type Month = Omit<Insertable<Schema['trackRecord']>, 'origin' | 'modelId'>
type Miss = Omit<Insertable<Schema['walkForwardMisses']>, 'modelId'>

/** What training found out about the past of a model, written together with it. */
export async function saveWalkForwardRecord(
  tx: Tx,
  modelId: string,
  record: { readonly months: readonly Month[]; readonly misses: readonly Miss[] },
): Promise<void> {
  const origin = 'walk-forward' as const
  for (const batch of batches(record.months))
    await tx
      .insertInto('trackRecord')
      .values(batch.map((month) => ({ ...month, origin, modelId })))
      .execute()
  for (const batch of batches(record.misses))
    await tx
      .insertInto('walkForwardMisses')
      .values(batch.map((miss) => ({ ...miss, modelId })))
      .execute()
}

/**
 * Counts the closed predictions of some months anew, so that counting twice changes nothing.
 * @param months any day of each month
 */
export async function recountLiveMonths(db: Db, months: readonly string[]): Promise<void> {
  const begins = sql`select distinct date_trunc('month', day::timestamp)::date as month from unnest(${months}::date[]) as days (day)`
  await sql`
    with asked as (${begins}),
    counted as (
      select asked.month, model_id, risk_level,
             count(*) filter (where outcome = 'low') as low, count(*) filter (where outcome = 'medium') as medium,
             count(*) filter (where outcome = 'high') as high, coalesce(sum(outcome_fall), 0) as fall_sum
      from asked join risk_scores
        on as_of >= asked.month at time zone 'UTC' and as_of < (asked.month + interval '1 month') at time zone 'UTC'
      where closed_at is not null and outcome is not null and risk_level is not null
      group by 1, 2, 3
    )
    insert into track_record (origin, month, model_id, predicted, low, medium, high, fall_sum)
    select 'live', counted.* from counted
    on conflict (origin, model_id, month, predicted) do update
      set low = excluded.low, medium = excluded.medium, high = excluded.high, fall_sum = excluded.fall_sum`.execute(
    db,
  )
}

function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < rows.length; i += 1000) yield rows.slice(i, i + 1000)
}
