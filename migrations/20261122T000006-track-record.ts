import { type Kysely, sql } from 'kysely'

/** How often the levels were right: counted by month, so that the record of years is read from a few rows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table risk_scores add column outcome_relative_fall double precision`.execute(db)
  await sql`
    create index risk_scores_misses on risk_scores (as_of desc, protocol_id desc, model_id desc)
    where outcome = 'high' and risk_level <> 'high'`.execute(db)

  await sql`
    create table track_record (
      origin text not null check (origin in ('live', 'walk-forward')),
      model_id uuid not null,
      month date not null check (extract(day from month) = 1),
      predicted text not null check (predicted in ('low', 'medium', 'high')),
      low integer not null,
      medium integer not null,
      high integer not null,
      fall_sum double precision not null,
      primary key (origin, model_id, month, predicted)
    )`.execute(db)
  await sql`
    insert into track_record (origin, model_id, month, predicted, low, medium, high, fall_sum)
    select 'live', model_id, date_trunc('month', as_of at time zone 'UTC')::date, risk_level,
           count(*) filter (where outcome = 'low'), count(*) filter (where outcome = 'medium'),
           count(*) filter (where outcome = 'high'), coalesce(sum(outcome_fall), 0)
    from risk_scores
    where closed_at is not null and outcome is not null and risk_level is not null
    group by 1, 2, 3, 4`.execute(db)

  await sql`
    create trigger track_record_tell after insert or update or delete or truncate on track_record
    for each statement execute function tell_of_change()`.execute(db)

  await sql`
    create table walk_forward_misses (
      model_id uuid not null references models (id) on delete cascade,
      as_of date not null,
      protocol_id text not null,
      risk_level text not null check (risk_level in ('low', 'medium')),
      probability_high double precision not null,
      fall double precision not null,
      relative_fall double precision,
      primary key (model_id, as_of, protocol_id)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table walk_forward_misses, track_record`.execute(db)
  await sql`drop index risk_scores_misses`.execute(db)
  await sql`alter table risk_scores drop column outcome_relative_fall`.execute(db)
}
