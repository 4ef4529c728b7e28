import type { Incident } from '../domain/market.ts'
import type { Db } from './connection.ts'

/** The feed has no ids, so a row is known by the hash of what it says. @returns how many were new */
export async function saveIncidents(db: Db, incidents: readonly Incident[]): Promise<number> {
  let added = 0
  for (let i = 0; i < incidents.length; i += 1000) {
    const result = await db
      .insertInto('incidents')
      .values(incidents.slice(i, i + 1000).map((incident) => ({ ...incident, chains: [...incident.chains] })))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst()
    added += Number(result.numInsertedOrUpdatedRows ?? 0n)
  }
  return added
}

/** Incidents by DeFiLlama's id or the parent's: the days on which a protocol lost money. */
export async function listIncidentKeys(db: Db) {
  return db.selectFrom('incidents').select(['date', 'defillamaId', 'parentId']).execute()
}

export async function hasIncidents(db: Db): Promise<boolean> {
  return (await db.selectFrom('incidents').select('id').limit(1).executeTakeFirst()) !== undefined
}
