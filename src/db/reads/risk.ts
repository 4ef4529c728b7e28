import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { RiskLevel } from '../schema.ts'
import { askedIds, askedTogether } from './asked-together.ts'

const columns = [
  'score.protocolId',
  'score.asOf',
  'score.modelId',
  'score.riskLevel',
  'score.confidence',
  'score.probabilities',
  'score.horizonDays',
  'score.closesOn',
  'score.abstainedBecause',
  'score.outcome',
  'score.outcomeFall',
  'score.outcomeRelativeFall',
  'score.scoredAt',
  'protocols.name as protocolName',
  'protocols.category',
  'protocols.mainChain',
  'models.beatsBaselines',
  // The feature is ln(1 + TVL) of the day that was scored.
  sql<number | null>`exp((score.feature_values->>'recent_tvl')::float8) - 1`.as('tvlUsd'),
] as const

const scores = (db: Db) =>
  db
    .selectFrom('riskScores as score')
    .innerJoin('models', 'models.id', 'score.modelId')
    .innerJoin('protocols', 'protocols.id', 'score.protocolId')
    .select(columns)
export type RiskRow = Awaited<ReturnType<ReturnType<typeof scores>['execute']>>[number]

/** Of each protocol the newest score by the current model. */
const newestScores = (db: Db, protocolIds: readonly string[]) =>
  db.selectFrom(askedIds(protocolIds)).innerJoinLateral(
    (eb) =>
      eb
        .selectFrom('riskScores')
        .innerJoin('currentModels', 'currentModels.modelId', 'riskScores.modelId')
        .selectAll('riskScores')
        .where('currentModels.kind', '=', 'risk')
        .whereRef('riskScores.protocolId', '=', 'asked.id')
        .orderBy('riskScores.asOf', 'desc')
        .limit(1)
        .as('score'),
    (join) => join.onTrue(),
  )

/** The newest score of a protocol by the current model. */
export const readRisk = askedTogether(
  (db, protocolIds): Promise<RiskRow[]> =>
    newestScores(db, protocolIds)
      .innerJoin('models', 'models.id', 'score.modelId')
      .innerJoin('protocols', 'protocols.id', 'score.protocolId')
      .select(columns)
      .execute(),
  (row) => row.protocolId,
)

/** What moved that score, and what the SHAP values belong to: the features of the model, in order. */
export const readExplainedRisk = askedTogether(
  (db, protocolIds) =>
    newestScores(db, protocolIds)
      .innerJoin('models', 'models.id', 'score.modelId')
      .selectAll('score')
      .select('models.features')
      .execute(),
  (row) => row.protocolId,
)

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
