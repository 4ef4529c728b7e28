import { sql } from 'kysely'
import type { Db } from '../connection.ts'

/** Whether the database has taken this migration step. Also the cheapest question that proves that Postgres answers. */
export async function hasMigration(db: Db, step: string): Promise<boolean> {
  const { rows } = await sql<{
    table: string | null
  }>`select to_regclass('kysely_migration') as table`.execute(db)
  if (rows[0]?.table == null) return false
  const taken = await sql`select 1 from kysely_migration where name = ${step}`.execute(db)
  return taken.rows.length > 0
}
