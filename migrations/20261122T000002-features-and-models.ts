import { type Kysely, sql } from 'kysely'

/** What was computed: feature vectors, models with their registry, risk scores, scans and anomaly scores. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table feature_vectors (
      protocol_id text not null,
      as_of timestamptz not null,
      feature_set smallint not null,
      numeric_values double precision[] not null,
      day_before_values double precision[],
      protocol_category text,
      protocol_chain text,
      points integer not null,
      is_stale boolean not null,
      flags text[] not null default '{}',
      computed_at timestamptz not null default now(),
      primary key (protocol_id, as_of, feature_set)
    )`.execute(db)
  await sql`create index feature_vectors_as_of on feature_vectors (as_of)`.execute(db)

  await sql`
    create table models (
      id uuid primary key,
      kind text not null check (kind in ('risk', 'anomaly')),
      version integer not null,
      algorithm text not null,
      engine text not null,
      params jsonb not null,
      metrics jsonb not null,
      features text[] not null,
      feature_set smallint not null,
      importance jsonb not null,
      horizon_days integer,
      beats_baselines boolean,
      window_from date not null,
      window_to date not null,
      training_rows integer not null,
      artifact bytea not null,
      artifact_sha256 text not null,
      reason text not null,
      run_id uuid,
      created_at timestamptz not null default now(),
      unique (kind, version)
    )`.execute(db)
  await sql`create index models_created_at on models (kind, created_at desc)`.execute(db)
  await sql`
    create table current_models (
      kind text primary key,
      model_id uuid not null references models (id),
      promoted_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table model_promotions (
      id bigint generated always as identity primary key,
      kind text not null,
      model_id uuid not null references models (id),
      previous_model_id uuid references models (id),
      reason text not null,
      promoted_by text not null,
      promoted_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table candidate_results (
      training_run_id uuid not null,
      candidate text not null,
      algorithm text not null,
      params jsonb not null,
      result jsonb not null,
      finished_at timestamptz not null default now(),
      primary key (training_run_id, candidate)
    )`.execute(db)

  await sql`
    create table risk_scores (
      protocol_id text not null,
      as_of timestamptz not null,
      model_id uuid not null,
      risk_level text check (risk_level in ('low', 'medium', 'high')),
      confidence double precision,
      probabilities double precision[],
      horizon_days integer not null,
      closes_on date not null,
      output_space text,
      base_value double precision,
      output_value double precision,
      shap_values double precision[],
      feature_values jsonb,
      abstained_because text,
      outcome text check (outcome in ('low', 'medium', 'high')),
      outcome_fall double precision,
      closed_at timestamptz,
      scored_at timestamptz not null default now(),
      primary key (protocol_id, as_of, model_id)
    )`.execute(db)
  await sql`create index risk_scores_as_of on risk_scores (as_of desc)`.execute(db)
  await sql`create index risk_scores_open on risk_scores (closes_on) where closed_at is null`.execute(db)

  await sql`
    create table scans (
      id uuid primary key,
      as_of timestamptz not null,
      model_id uuid not null,
      total_protocols integer not null,
      anomalies_detected integer not null,
      normal_protocols integer not null,
      insufficient_data integer not null,
      drift jsonb,
      duration_ms integer not null,
      scanned_at timestamptz not null default now(),
      check (total_protocols = anomalies_detected + normal_protocols + insufficient_data)
    )`.execute(db)
  await sql`create index scans_newest on scans (as_of desc, scanned_at desc)`.execute(db)
  await sql`
    create table anomaly_scores (
      scan_id uuid not null references scans (id) on delete cascade,
      protocol_id text not null,
      as_of timestamptz not null,
      is_anomaly boolean not null,
      anomaly_score double precision not null check (anomaly_score between 0 and 1),
      confidence double precision not null check (confidence between 0 and 1),
      alert_level text not null check (alert_level in ('low', 'medium', 'high')),
      algorithm text not null,
      detectors jsonb not null,
      contributions jsonb not null,
      verdict text not null check (verdict in ('event', 'glitch', 'unconfirmed', 'normal')),
      verdict_reason text not null default '',
      primary key (scan_id, protocol_id)
    )`.execute(db)
  await sql`create index anomaly_scores_history on anomaly_scores (protocol_id, as_of desc)`.execute(db)
  await sql`create index anomaly_scores_anomalies on anomaly_scores (as_of desc, protocol_id) where is_anomaly`.execute(
    db,
  )
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table anomaly_scores, scans, risk_scores, candidate_results, model_promotions, current_models, models, feature_vectors`.execute(
    db,
  )
}
