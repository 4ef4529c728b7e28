import { type Kysely, sql } from 'kysely'

/** Where a trace goes on behind the outbox, what models were trained on in shares, and trainings that drift has asked for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The trace context of whoever submitted the run, in the W3C's spelling; null while tracing is off.
  await sql`alter table outbox add column trace jsonb`.execute(db)
  // Shares of the training window, per feature; null for models that were trained before this step.
  await sql`alter table models add column drift_reference jsonb`.execute(db)
  await sql`
    create table drift_retrainings (
      id bigint generated always as identity primary key,
      kind text not null check (kind in ('risk', 'anomaly')),
      model_id uuid not null,
      scan_id uuid not null,
      run_id uuid not null,
      reason text not null,
      queued_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index drift_retrainings_newest on drift_retrainings (kind, queued_at desc)`.execute(db)
  await sql`create index fetches_source on fetches (source, fetched_at desc)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index fetches_source`.execute(db)
  await sql`drop table drift_retrainings`.execute(db)
  await sql`alter table models drop column drift_reference`.execute(db)
  await sql`alter table outbox drop column trace`.execute(db)
}
