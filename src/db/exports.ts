import type { Incident } from '../domain/market.ts'
import type { Db } from './connection.ts'

/** The whole catalogue, by id. */
export async function readCatalogue(db: Db) {
  return db
    .selectFrom('protocols')
    .select(['id', 'name', 'symbol', 'geckoId', 'category', 'chains', 'mainChain'])
    .select(['defillamaId', 'parentId', 'deadFrom'])
    .orderBy('id')
    .execute()
}

/** All incidents up to a day, oldest first. @param upTo `YYYY-MM-DD` */
export async function readIncidents(db: Db, upTo: string): Promise<Incident[]> {
  return db
    .selectFrom('incidents')
    .select(['id', 'date', 'name', 'technique', 'classification', 'amountUsd', 'returnedUsd', 'chains'])
    .select(['defillamaId', 'parentId', 'source'])
    .where('date', '<=', upTo)
    .orderBy('date')
    .orderBy('id')
    .execute()
}
