import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { RiskLevel } from '../schema.ts'

const scores = (db: Db) =>
  db
    .selectFrom('riskScores as score')
    .innerJoin('models', 'models.id', 'score.modelId')
    .innerJoin('protocols', 'protocols.id', 'score.protocolId')
    .selectAll('score')
    .select([
      'protocols.name as protocolName',
      'protocols.category',
      'protocols.mainChain',
      'models.beatsBaselines',
    ])

/** The newest score of a protocol by the current model. */
export async function readRisk(db: Db, protocolId: string) {
  return scores(db)
    .innerJoin('currentModels', 'currentModels.modelId', 'score.modelId')
    .where('currentModels.kind', '=', 'risk')
    .where('score.protocolId', '=', protocolId)
    .orderBy('score.asOf', 'desc')
    .limit(1)
    .executeTakeFirst()
}
export type RiskRow = NonNullable<Awaited<ReturnType<typeof readRisk>>>

/** The same, with what the SHAP values belong to: the features of the model, in order. */
export async function readExplainedRisk(db: Db, protocolId: string) {
  return db
    .selectFrom('currentModels')
    .innerJoin('models', 'models.id', 'currentModels.modelId')
    .innerJoin('riskScores as score', 'score.modelId', 'models.id')
    .selectAll('score')
    .select('models.features')
    .where('currentModels.kind', '=', 'risk')
    .where('score.protocolId', '=', protocolId)
    .orderBy('score.asOf', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export interface RiskHistoryFilter {
  readonly protocolId: string
  readonly since: string | undefined
  readonly limit: number
  readonly after: readonly [asOf: string, modelId: string] | undefined
}

/** Every score that a protocol was ever given, newest first; one more than `limit`. */
export async function listRiskHistory(db: Db, filter: RiskHistoryFilter): Promise<RiskRow[]> {
  let query = scores(db)
    .where('score.protocolId', '=', filter.protocolId)
    .orderBy('score.asOf', 'desc')
    .orderBy('score.modelId', 'desc')
    .limit(filter.limit + 1)
  if (filter.since) query = query.where('score.asOf', '>=', new Date(filter.since))
  if (filter.after) {
    const [asOf, modelId] = filter.after
    query = query.where(
      sql<boolean>`(score.as_of, score.model_id) < (${asOf}::timestamptz, ${modelId}::uuid)`,
    )
  }
  return query.execute()
}

export interface RiskFilter {
  readonly level: RiskLevel | undefined
  readonly limit: number
  readonly after: readonly [probabilityHigh: number, protocolId: string] | undefined
}

/** The newest scores of all protocols by the current model, the most dangerous first, abstentions last; one more than `limit`. */
export async function listRisks(db: Db, filter: RiskFilter) {
  const danger = sql<number>`coalesce(score.probabilities[3], -1)`
  let query = scores(db)
    .innerJoin('currentModels', 'currentModels.modelId', 'score.modelId')
    .select(danger.as('danger'))
    .where('currentModels.kind', '=', 'risk')
    .where('score.asOf', '=', (eb) =>
      eb
        .selectFrom('riskScores')
        .innerJoin('currentModels', 'currentModels.modelId', 'riskScores.modelId')
        .select('riskScores.asOf')
        .where('currentModels.kind', '=', 'risk')
        .orderBy('riskScores.asOf', 'desc')
        .limit(1),
    )
    .orderBy(danger, 'desc')
    .orderBy('score.protocolId', 'desc')
    .limit(filter.limit + 1)
  if (filter.level) query = query.where('score.riskLevel', '=', filter.level)
  if (filter.after) {
    const [probabilityHigh, protocolId] = filter.after
    query = query.where(sql<boolean>`(${danger}, score.protocol_id) < (${probabilityHigh}, ${protocolId})`)
  }
  return query.execute()
}

export interface TrackRecordRow {
  /** `YYYY-MM`, of the prediction. */
  readonly month: string
  readonly predicted: RiskLevel
  readonly low: number
  readonly medium: number
  readonly high: number
  /** Of the deepest sustained falls, as a share below 0. */
  readonly meanFall: number | null
}

/** Every closed prediction against what happened, counted by month and predicted level. */
export async function readTrackRecord(db: Db): Promise<TrackRecordRow[]> {
  const { rows } = await sql<TrackRecordRow>`
    select to_char(as_of, 'YYYY-MM') as month,
           risk_level as predicted,
           count(*) filter (where outcome = 'low') as low,
           count(*) filter (where outcome = 'medium') as medium,
           count(*) filter (where outcome = 'high') as high,
           avg(outcome_fall) as mean_fall
    from risk_scores
    where closed_at is not null and outcome is not null and risk_level is not null
    group by 1, 2
    order by 1, 2`.execute(db)
  return rows
}
