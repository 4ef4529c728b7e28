import type { Insertable } from 'kysely'
import type { Db } from './connection.ts'
import type { RiskLevel, Schema } from './schema.ts'

export type NewRiskScore = Omit<
  Insertable<Schema['riskScores']>,
  'outcome' | 'outcomeFall' | 'closedAt' | 'scoredAt'
>

/** One transaction for the whole slot: readers see all of it or none. A slot that is scored twice keeps its outcome. */
export async function saveRiskScores(db: Db, scores: readonly NewRiskScore[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (let i = 0; i < scores.length; i += 1000) {
      await tx
        .insertInto('riskScores')
        .values(scores.slice(i, i + 1000))
        .onConflict((conflict) =>
          conflict.columns(['protocolId', 'asOf', 'modelId']).doUpdateSet((eb) => ({
            riskLevel: eb.ref('excluded.riskLevel'),
            confidence: eb.ref('excluded.confidence'),
            probabilities: eb.ref('excluded.probabilities'),
            outputSpace: eb.ref('excluded.outputSpace'),
            baseValue: eb.ref('excluded.baseValue'),
            outputValue: eb.ref('excluded.outputValue'),
            shapValues: eb.ref('excluded.shapValues'),
            featureValues: eb.ref('excluded.featureValues'),
            abstainedBecause: eb.ref('excluded.abstainedBecause'),
            scoredAt: eb.ref('excluded.scoredAt'),
          })),
        )
        .execute()
    }
  })
}

/** Predictions whose horizon has passed and whose outcome is not known yet. */
export async function listClosableScores(db: Db, today: string, limit: number) {
  return db
    .selectFrom('riskScores')
    .select(['protocolId', 'asOf', 'modelId', 'horizonDays'])
    .where('closedAt', 'is', null)
    .where('riskLevel', 'is not', null)
    .where('closesOn', '<', today)
    .orderBy('closesOn')
    .limit(limit)
    .execute()
}

export async function closeScores(
  db: Db,
  closings: readonly {
    protocolId: string
    asOf: Date
    modelId: string
    outcome: RiskLevel | null
    fall: number | null
  }[],
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const { protocolId, asOf, modelId, outcome, fall } of closings) {
      await tx
        .updateTable('riskScores')
        .set({ outcome, outcomeFall: fall, closedAt: new Date() })
        .where('protocolId', '=', protocolId)
        .where('asOf', '=', asOf)
        .where('modelId', '=', modelId)
        .execute()
    }
  })
}

export async function countOpenScores(db: Db): Promise<number> {
  const { open } = await db
    .selectFrom('riskScores')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('closedAt', 'is', null)
    .where('riskLevel', 'is not', null)
    .executeTakeFirstOrThrow()
  return open
}
