import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** An upstream row that was not stored. */
export interface Refused {
  readonly source: string
  readonly endpoint: string
  readonly key: string
  readonly reason: string
  /** Bounded JSON of what came. */
  readonly sample: unknown
}

/** Counts repeats of a day instead of storing them: a source that goes mad for a day costs rows only once. */
export async function quarantineRows(db: Db, refused: readonly Refused[], day: string): Promise<void> {
  const unique = new Map<string, Refused & { seen: number }>()
  for (const row of refused) {
    const key = JSON.stringify([row.source, row.endpoint, row.key, row.reason])
    unique.set(key, { ...row, seen: (unique.get(key)?.seen ?? 0) + 1 })
  }
  const rows = [...unique.values()]
  for (let i = 0; i < rows.length; i += 500) {
    await db
      .insertInto('quarantine')
      .values(
        rows.slice(i, i + 500).map((row) => ({ ...row, day, sample: JSON.stringify(row.sample ?? null) })),
      )
      .onConflict((conflict) =>
        conflict.columns(['source', 'endpoint', 'key', 'reason', 'day']).doUpdateSet((eb) => ({
          seen: eb('quarantine.seen', '+', eb.ref('excluded.seen')),
          sample: eb.ref('excluded.sample'),
          lastSeenAt: sql<Date>`now()`,
        })),
      )
      .execute()
  }
}
