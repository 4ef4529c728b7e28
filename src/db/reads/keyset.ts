import { type RawBuilder, sql } from 'kysely'

/** A timestamp to the microsecond, as text: a JavaScript `Date` would cut it and a page would skip rows. */
export function exactly(column: string): RawBuilder<string> {
  return sql<string>`${sql.ref(column)}::text`
}
