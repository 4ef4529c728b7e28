import { sql } from 'kysely'
import type { Db } from '../connection.ts'

export interface IncidentFilter {
  /** A protocol's own incidents and those of its parent. */
  readonly protocol: string | undefined
  /** `YYYY-MM-DD` */
  readonly since: string | undefined
  readonly limit: number
  readonly after: readonly [date: string, id: string] | undefined
}

/** Recorded losses, newest first; one more than `limit`. */
export async function listIncidents(db: Db, filter: IncidentFilter) {
  let query = db
    .selectFrom('incidents')
    .selectAll()
    .orderBy('date', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
  if (filter.since) query = query.where('date', '>=', filter.since)
  if (filter.protocol)
    query = query.where(sql<boolean>`exists (
      select 1 from protocols p where p.id = ${filter.protocol}
        and (incidents.defillama_id = p.defillama_id or incidents.parent_id = p.parent_id))`)
  if (filter.after) {
    const [date, id] = filter.after
    query = query.where(sql<boolean>`(date, id) < (${date}::date, ${id})`)
  }
  return query.execute()
}
export type IncidentRow = Awaited<ReturnType<typeof listIncidents>>[number]
