import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** One stored vector: 15 numbers in the order of `numericFeatureNames`, null = unknown, and the two categories. */
export interface StoredVector {
  readonly protocolId: string
  readonly numericValues: readonly (number | null)[]
  /** The same numbers a day earlier; null where there was no vector then. */
  readonly dayBeforeValues: readonly (number | null)[] | null
  /** How it moved away from the market: strengths, then usual movements; null in rows of older releases. */
  readonly movements: readonly (number | null)[] | null
  readonly protocolCategory: string | null
  readonly protocolChain: string | null
  readonly points: number
  readonly isStale: boolean
  readonly flags: readonly string[]
}

/** Upserts the vectors of one slot: building a slot twice changes nothing but the time of computing. */
export async function saveVectors(
  db: Db,
  slot: { asOf: Date; featureSet: number },
  vectors: readonly StoredVector[],
): Promise<void> {
  for (let i = 0; i < vectors.length; i += 1000) {
    await db
      .insertInto('featureVectors')
      .values(
        vectors.slice(i, i + 1000).map((vector) => ({
          ...slot,
          ...vector,
          numericValues: [...vector.numericValues],
          dayBeforeValues: vector.dayBeforeValues && [...vector.dayBeforeValues],
          movements: vector.movements && [...vector.movements],
          flags: [...vector.flags],
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['protocolId', 'asOf', 'featureSet']).doUpdateSet((eb) => ({
          numericValues: eb.ref('excluded.numericValues'),
          dayBeforeValues: eb.ref('excluded.dayBeforeValues'),
          movements: eb.ref('excluded.movements'),
          protocolCategory: eb.ref('excluded.protocolCategory'),
          protocolChain: eb.ref('excluded.protocolChain'),
          points: eb.ref('excluded.points'),
          isStale: eb.ref('excluded.isStale'),
          flags: eb.ref('excluded.flags'),
          computedAt: sql<Date>`now()`,
        })),
      )
      .execute()
  }
}

/** The newest slot that has vectors. */
export async function newestSlot(db: Db, featureSet: number): Promise<Date | undefined> {
  const row = await db
    .selectFrom('featureVectors')
    .select('asOf')
    .where('featureSet', '=', featureSet)
    .orderBy('asOf', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.asOf
}

export async function readVectors(db: Db, slot: { asOf: Date; featureSet: number }): Promise<StoredVector[]> {
  return db
    .selectFrom('featureVectors')
    .select([
      'protocolId',
      'numericValues',
      'dayBeforeValues',
      'movements',
      'protocolCategory',
      'protocolChain',
      'points',
      'isStale',
      'flags',
    ])
    .where('asOf', '=', slot.asOf)
    .where('featureSet', '=', slot.featureSet)
    .orderBy('protocolId')
    .execute()
}
