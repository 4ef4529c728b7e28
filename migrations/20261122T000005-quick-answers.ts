import { type Kysely, sql } from 'kysely'

/** What the answers of the API are made of: whoever keeps such an answer hears when one of these changes. */
const results = ['anomaly_scores', 'current_models', 'models', 'protocols', 'risk_scores', 'scans']

/** Changes are told as they are committed; a place in a queue and the record of predictions are counted in an index alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function tell_of_change() returns trigger language plpgsql as $$
    begin
      perform pg_notify('tidegauge_changed', tg_table_name);
      return null;
    end
    $$`.execute(db)
  for (const table of results)
    await sql`
      create trigger ${sql.id(`${table}_tell`)} after insert or update or delete or truncate on ${sql.id(table)}
      for each statement execute function tell_of_change()`.execute(db)
  // Not when only its last use was noted.
  await sql`
    create trigger api_keys_tell after insert or delete or truncate or update of sha256, scopes, revoked_at on api_keys
    for each statement execute function tell_of_change()`.execute(db)

  await sql`create index job_runs_places on job_runs (queue, lane, created_at) where state = 'queued'`.execute(
    db,
  )
  await sql`
    create index risk_scores_closed on risk_scores (as_of) include (risk_level, outcome, outcome_fall)
    where closed_at is not null and outcome is not null and risk_level is not null`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index risk_scores_closed, job_runs_places`.execute(db)
  await sql`drop function tell_of_change() cascade`.execute(db)
}
