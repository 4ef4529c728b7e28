import { type Kysely, sql } from 'kysely'

/** How a protocol moved away from the market, beside its vector: strengths, then usual movements. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table feature_vectors add column movements double precision[]`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table feature_vectors drop column movements`.execute(db)
}
