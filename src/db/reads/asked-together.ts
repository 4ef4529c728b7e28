import { type AliasedRawBuilder, sql } from 'kysely'
import type { Db } from '../connection.ts'

interface Question<Row> {
  readonly ids: Set<string>
  readonly rows: Promise<Map<string, Row>>
}

/**
 * Reads one row by its id; what is asked for at the same moment is read in one statement, so that a crowd of readers costs
 * Postgres little more than one.
 * @param readMany the rows that exist among these, in any order
 */
export function askedTogether<Row>(
  readMany: (db: Db, ids: readonly string[]) => Promise<Row[]>,
  idOf: (row: Row) => string,
): (db: Db, id: string) => Promise<Row | undefined> {
  const open = new WeakMap<Db, Question<Row>>()

  const ask = (db: Db): Question<Row> => {
    const ids = new Set<string>()
    const read = async (): Promise<Map<string, Row>> => {
      await new Promise((resolve) => setImmediate(resolve))
      open.delete(db)
      const rows = await readMany(db, [...ids])
      return new Map(rows.map((row) => [idOf(row), row]))
    }
    const question = { ids, rows: read() }
    open.set(db, question)
    return question
  }
  return async (db, id) => {
    const { ids, rows } = open.get(db) ?? ask(db)
    ids.add(id)
    return (await rows).get(id)
  }
}

/** The ids as a table `asked`, to join what is read of each. */
export function askedIds(ids: readonly string[]): AliasedRawBuilder<{ id: string }, 'asked'> {
  return sql<{ id: string }>`unnest(${ids}::text[])`.as<'asked'>(sql`asked(id)`)
}
