import { type Kysely, sql } from 'kysely'

/** Alerts with their channels and deliveries, the alert budget, and the keys that open the API. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table alerts (
      id uuid primary key,
      protocol_id text not null,
      kind text not null check (kind in ('anomaly', 'risk', 'drift')),
      level text not null check (level in ('low', 'medium', 'high')),
      state text not null check (state in ('open', 'acknowledged', 'snoozed', 'cleared')),
      score double precision not null,
      peak_score double precision not null,
      message text not null,
      details jsonb not null default '{}',
      scan_id uuid,
      times_raised integer not null default 1,
      raised_at timestamptz not null default now(),
      last_raised_at timestamptz not null default now(),
      acknowledged_at timestamptz,
      acknowledged_by text,
      snoozed_until timestamptz,
      cleared_at timestamptz,
      feedback text check (feedback in ('true_alarm', 'false_alarm')),
      feedback_note text,
      feedback_at timestamptz
    )`.execute(db)
  await sql`create unique index alerts_one_open on alerts (protocol_id, kind) where state <> 'cleared'`.execute(
    db,
  )
  await sql`create index alerts_newest on alerts (raised_at desc, id desc)`.execute(db)

  await sql`
    create table alert_channels (
      id uuid primary key,
      name text not null,
      kind text not null check (kind in ('webhook', 'slack', 'discord', 'email')),
      target text not null,
      secret text,
      min_level text not null default 'low' check (min_level in ('low', 'medium', 'high')),
      is_enabled boolean not null default true,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table alert_deliveries (
      id uuid primary key,
      alert_id uuid not null references alerts (id) on delete cascade,
      channel_id uuid not null references alert_channels (id) on delete cascade,
      event text not null,
      state text not null check (state in ('pending', 'delivered', 'dead')),
      attempts integer not null default 0,
      last_status integer,
      last_error text,
      created_at timestamptz not null default now(),
      delivered_at timestamptz,
      unique (alert_id, channel_id, event)
    )`.execute(db)
  await sql`
    create table settings (
      name text primary key,
      value jsonb not null,
      updated_at timestamptz not null default now()
    )`.execute(db)

  await sql`
    create table api_keys (
      id uuid primary key,
      name text not null,
      prefix text not null,
      sha256 text not null unique,
      scopes text[] not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      revoked_at timestamptz
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table api_keys, settings, alert_deliveries, alert_channels, alerts`.execute(db)
}
