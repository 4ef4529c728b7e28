import { type Kysely, sql } from 'kysely'

/** What was collected: protocols, their observations with provenance, recorded losses, and the rows that were refused. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table protocols (
      id text primary key,
      name text not null,
      symbol text,
      gecko_id text,
      category text,
      chains text[] not null default '{}',
      main_chain text,
      defillama_id text,
      parent_id text,
      listed_at date,
      dead_from date,
      first_seen_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      backfilled_to date,
      token_backfilled_to date,
      backfill_failed_at timestamptz
    )`.execute(db)
  await sql`create index protocols_gecko_id on protocols (gecko_id) where gecko_id is not null`.execute(db)
  await sql`create index protocols_parent_id on protocols (parent_id) where parent_id is not null`.execute(db)

  await sql`
    create table fetches (
      id bigint generated always as identity primary key,
      source text not null,
      endpoint text not null,
      fetched_at timestamptz not null,
      content_hash text not null,
      row_count integer not null,
      refused_count integer not null
    )`.execute(db)
  await sql`create index fetches_fetched_at on fetches (fetched_at)`.execute(db)

  const values = sql`
      tvl_usd double precision check (tvl_usd >= 0 and tvl_usd < 'infinity'),
      price_usd double precision check (price_usd > 0 and price_usd < 'infinity'),
      market_cap_usd double precision check (market_cap_usd > 0 and market_cap_usd < 'infinity'),
      volume_usd double precision check (volume_usd >= 0 and volume_usd < 'infinity')`
  await sql`
    create table observations (
      protocol_id text not null,
      resolution text not null check (resolution in ('day', 'hour')),
      observed_at timestamptz not null,
      source text not null,
      ${values},
      is_partial boolean not null default false,
      fetch_id bigint not null,
      primary key (protocol_id, resolution, observed_at, source)
    ) partition by range (observed_at)`.execute(db)
  await sql`create index observations_observed_at on observations (resolution, observed_at)`.execute(db)
  await sql`
    create table observation_revisions (
      id bigint generated always as identity primary key,
      protocol_id text not null,
      resolution text not null,
      observed_at timestamptz not null,
      source text not null,
      tvl_usd double precision,
      price_usd double precision,
      market_cap_usd double precision,
      volume_usd double precision,
      fetch_id bigint not null,
      replaced_by_fetch_id bigint not null,
      replaced_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index observation_revisions_key on observation_revisions (protocol_id, observed_at)`.execute(
    db,
  )

  await sql`
    create table incidents (
      id text primary key,
      date date not null,
      name text not null,
      technique text,
      classification text,
      amount_usd double precision,
      returned_usd double precision,
      chains text[] not null default '{}',
      defillama_id text,
      parent_id text,
      source text,
      fetched_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index incidents_date on incidents (date desc, id)`.execute(db)

  await sql`
    create table quarantine (
      source text not null,
      endpoint text not null,
      key text not null,
      reason text not null,
      day date not null,
      seen integer not null default 1,
      sample jsonb,
      last_seen_at timestamptz not null default now(),
      primary key (source, endpoint, key, reason, day)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table quarantine, incidents, observation_revisions, observations, fetches, protocols`.execute(
    db,
  )
}
