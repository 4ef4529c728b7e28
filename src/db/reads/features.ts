import type { Db } from '../connection.ts'

/** The newest vector of a protocol. */
export async function readVector(db: Db, protocolId: string) {
  return db
    .selectFrom('featureVectors')
    .innerJoin('protocols', 'protocols.id', 'featureVectors.protocolId')
    .selectAll('featureVectors')
    .select('protocols.name as protocolName')
    .where('protocolId', '=', protocolId)
    .orderBy('asOf', 'desc')
    .limit(1)
    .executeTakeFirst()
}
export type VectorRow = NonNullable<Awaited<ReturnType<typeof readVector>>>
