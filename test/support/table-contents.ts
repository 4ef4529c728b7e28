import type pg from 'pg'
import { listTables } from '../../src/db/backup-tables.ts'

/** Rows and a hash of the contents, whatever their order, of every table. */
export async function contentsOf(pool: pg.Pool): Promise<Record<string, string>> {
  const client = await pool.connect()
  try {
    const contents: Record<string, string> = {}
    for (const { name, columns } of await listTables(client)) {
      const list = [...columns].sort().map((column) => client.escapeIdentifier(column))
      const { rows } = await client.query<{ contents: string }>(
        `select count(*) || ' ' || coalesce(md5(string_agg(row, '' order by row)), '') as contents
         from (select md5(row(${list.join(', ')})::text) as row from ${client.escapeIdentifier(name)}) hashed`,
      )
      contents[name] = rows[0]!.contents
    }
    return contents
  } finally {
    client.release()
  }
}
