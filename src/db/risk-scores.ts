import { type Insertable, sql } from 'kysely'
import type { Db } from './connection.ts'
import type { RiskLevel, Schema } from './schema.ts'
import { recountLiveMonths } from './track-record.ts'

export type NewRiskScore = Omit<
  Insertable<Schema['riskScores']>,
  'outcome' | 'outcomeFall' | 'outcomeRelativeFall' | 'closedAt' | 'scoredAt'
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

/** The level that each protocol had at its last scoring in the week before `asOf`. */
export async function readLevelsBefore(db: Db, asOf: Date): Promise<Map<string, RiskLevel>> {
  const rows = await db
    .selectFrom('riskScores')
    .distinctOn('protocolId')
    .select(['protocolId', 'riskLevel'])
    .where('asOf', '<', asOf)
    .where('asOf', '>=', new Date(asOf.getTime() - 7 * 86_400_000))
    .where('riskLevel', 'is not', null)
    .orderBy('protocolId')
    .orderBy('asOf', 'desc')
    .orderBy('scoredAt', 'desc')
    .execute()
  return new Map(rows.map(({ protocolId, riskLevel }) => [protocolId, riskLevel!]))
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

export interface Closing {
  readonly protocolId: string
  readonly asOf: Date
  readonly modelId: string
  readonly outcome: RiskLevel | null
  readonly fall: number | null
  readonly relativeFall: number | null
}

/** Writes down what happened, and counts it in the track record, in one transaction. */
export async function closeScores(db: Db, closings: readonly Closing[]): Promise<void> {
  const column = <K extends keyof Closing>(name: K): Closing[K][] => closings.map((closing) => closing[name])
  await db.transaction().execute(async (tx) => {
    await sql`
      update risk_scores as score
      set outcome = closing.outcome, outcome_fall = closing.fall, outcome_relative_fall = closing.relative_fall, closed_at = now()
      from unnest(${column('protocolId')}::text[], ${column('asOf')}::timestamptz[], ${column('modelId')}::uuid[],
                  ${column('outcome')}::text[], ${column('fall')}::float8[], ${column('relativeFall')}::float8[])
        as closing (protocol_id, as_of, model_id, outcome, fall, relative_fall)
      where score.protocol_id = closing.protocol_id and score.as_of = closing.as_of and score.model_id = closing.model_id`.execute(
      tx,
    )
    await recountLiveMonths(tx, [...new Set(closings.map(({ asOf }) => asOf.toISOString().slice(0, 10)))])
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
