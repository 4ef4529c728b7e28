import { type Kysely, sql } from 'kysely'

/** The record of work: every run of a job, its log, the outbox that hands runs to the queues, and replayable submissions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table job_runs (
      id uuid primary key,
      name text not null,
      queue text not null,
      payload jsonb not null,
      origin text not null check (origin in ('api', 'schedule', 'flow', 'job')),
      requested_by text,
      parent_id uuid,
      dedup_key text,
      bull_job_id text,
      lane text not null default 'scheduled',
      state text not null check (state in ('queued', 'active', 'waiting', 'completed', 'failed', 'cancelled', 'quarantined')),
      attempt integer not null default 0,
      crashes integer not null default 0,
      progress double precision not null default 0,
      step text,
      progress_detail jsonb,
      checkpoint jsonb,
      result jsonb,
      error jsonb,
      cancel_requested_at timestamptz,
      created_at timestamptz not null default now(),
      resumes_at timestamptz,
      started_at timestamptz,
      heartbeat_at timestamptz,
      finished_at timestamptz
    )`.execute(db)
  await sql`create unique index job_runs_one_queued_per_key on job_runs (name, dedup_key) where state = 'queued' and dedup_key is not null and attempt = 0`.execute(
    db,
  )
  await sql`create index job_runs_open on job_runs (queue, created_at) where state in ('queued', 'active', 'waiting')`.execute(
    db,
  )
  await sql`create index job_runs_newest on job_runs (created_at desc, id desc)`.execute(db)
  await sql`create index job_runs_name on job_runs (name, created_at desc, id desc)`.execute(db)
  await sql`create index job_runs_parent on job_runs (parent_id) where parent_id is not null`.execute(db)

  await sql`
    create table job_logs (
      id bigint generated always as identity primary key,
      run_id uuid not null references job_runs (id) on delete cascade,
      at timestamptz not null default now(),
      level text not null,
      message text not null,
      data jsonb
    )`.execute(db)
  await sql`create index job_logs_run on job_logs (run_id, id)`.execute(db)

  await sql`
    create table outbox (
      id bigint generated always as identity primary key,
      run_id uuid not null unique references job_runs (id) on delete cascade,
      created_at timestamptz not null default now()
    )`.execute(db)

  await sql`
    create table idempotency_keys (
      principal text not null,
      key text not null,
      request_sha256 text not null,
      status integer,
      headers jsonb,
      body jsonb,
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      primary key (principal, key)
    )`.execute(db)
  await sql`create index idempotency_keys_created_at on idempotency_keys (created_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table idempotency_keys, outbox, job_logs, job_runs`.execute(db)
}
