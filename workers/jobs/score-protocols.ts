import { newestSlot, readVectors } from '../../src/db/feature-vectors.ts'
import { readHistoryStarts } from '../../src/db/history-starts.ts'
import type { Db } from '../../src/db/connection.ts'
import { findCurrentModel, readArtifact } from '../../src/db/models.ts'
import { type NewRiskScore, saveRiskScores } from '../../src/db/risk-scores.ts'
import { dayNumber, isoDate, utcDate } from '../../src/domain/calendar.ts'
import { featureNames, featureSet, numericFeatureNames } from '../../src/domain/feature-names.ts'
import { InsufficientDataError } from '../../src/errors.ts'
import { riskLabels } from '../../src/features/labels.ts'
import type { FeatureVector } from '../../src/features/series.ts'
import type { RiskModelArtifact } from '../../src/training/risk-model.ts'
import { minimumTrainingPoints } from '../../src/training/samples.ts'
import { raiseRiskAlerts } from '../alerting/raise-risk-alerts.ts'
import type { Handler } from '../handler.ts'
import { fromStoredVector } from '../stored-vectors.ts'
import type { RiskRow, ScoredRisk } from '../tasks.ts'

/** The risk of every protocol by the current model, or why there is none, written in one transaction. */
export const scoreProtocols: Handler<'score-protocols'> = async (_payload, context) => {
  const { db, threads, signal, progress } = context
  const model = await findCurrentModel(db, 'risk')
  if (!model)
    throw new InsufficientDataError('There is no trained risk model yet: run train-models with family "risk"')
  const asOf = await newestSlot(db, featureSet)
  if (!asOf) throw new InsufficientDataError('There are no feature vectors yet: run build-features')

  progress(0.1, 'loading vectors')
  const vectors = (await readVectors(db, { asOf, featureSet })).map((vector) =>
    fromStoredVector(vector, asOf),
  )
  const artifact = (await readArtifact(db, model.id)) as RiskModelArtifact
  const young = await tooYoung(db, vectors, asOf, artifact.historyDays)
  const reasons = new Map(
    vectors.map((vector) => [vector.protocolId, whyAbstain(vector) ?? young.get(vector.protocolId)]),
  )
  const able = vectors.filter(({ protocolId }) => reasons.get(protocolId) === undefined)
  progress(0.3, `scoring ${able.length} protocols`)
  const scored = await threads.run('scoreRisk', { artifact, vectors: able }, { signal })

  const horizonDays = artifact.horizonDays
  const shared = {
    asOf,
    modelId: model.id,
    horizonDays,
    closesOn: isoDate(dayNumber(utcDate(asOf)) + horizonDays),
  }
  const byId = new Map(scored.rows.map((row) => [row.protocolId, row]))
  progress(0.8, 'storing scores')
  const scores = vectors.map((vector): NewRiskScore => {
    const row = byId.get(vector.protocolId)
    return {
      ...shared,
      ...(row ? scoreOf(row, scored, vector) : abstention(vector, reasons.get(vector.protocolId)!)),
    }
  })
  await saveRiskScores(db, scores)
  await db.transaction().execute((tx) => raiseRiskAlerts(tx, asOf, scores))
  return { scored: able.length, abstained: vectors.length - able.length }
}

/** A model has not learnt what such a vector means. */
function whyAbstain({ points, stale }: FeatureVector): string | undefined {
  if (points < minimumTrainingPoints)
    return `not enough history: ${points} points in the window, ${minimumTrainingPoints} are needed`
  if (stale) return 'the newest observation is older than 3 days'
  return undefined
}

/**
 * While a protocol is younger than those that the model was trained and judged on, its features mean something else.
 * @returns by protocol, why it is too young; others are left out
 */
async function tooYoung(
  db: Db,
  vectors: readonly FeatureVector[],
  asOf: Date,
  historyDays: number,
): Promise<Map<string, string>> {
  const today = dayNumber(utcDate(asOf))
  const starts = await readHistoryStarts(
    db,
    vectors.map(({ protocolId }) => protocolId),
    asOf,
  )
  return new Map(
    starts.flatMap(({ protocolId, tvl, price }): [string, string][] => {
      const start = tvl ?? price
      const known = start === null ? 0 : today - dayNumber(start)
      if (known >= historyDays) return []
      const measure = tvl === null ? 'price' : 'TVL'
      return [
        [
          protocolId,
          `not enough history: ${measure} is known for ${known} days, and the model was trained on protocols with ${historyDays}`,
        ],
      ]
    }),
  )
}

type OwnPart = Omit<NewRiskScore, 'asOf' | 'modelId' | 'horizonDays' | 'closesOn'>

function scoreOf(row: RiskRow, { outputSpace, base }: ScoredRisk, vector: FeatureVector): OwnPart {
  return {
    protocolId: row.protocolId,
    riskLevel: riskLabels[row.level]!,
    confidence: row.probabilities[row.level]!,
    probabilities: [...row.probabilities],
    outputSpace,
    baseValue: base,
    outputValue: row.output,
    shapValues: [...row.shapValues],
    featureValues: JSON.stringify(valuesOf(vector)),
    abstainedBecause: null,
  }
}

function abstention(vector: FeatureVector, reason: string): OwnPart {
  return {
    protocolId: vector.protocolId,
    riskLevel: null,
    confidence: null,
    probabilities: null,
    outputSpace: null,
    baseValue: null,
    outputValue: null,
    shapValues: null,
    featureValues: JSON.stringify(valuesOf(vector)),
    abstainedBecause: reason,
  }
}

/** The 17 values as the model was told them; null = unknown. */
function valuesOf(vector: FeatureVector): Record<string, number | string | null> {
  const numeric = new Map(numericFeatureNames.map((name, i) => [name as string, vector.numeric[i]!]))
  return Object.fromEntries(
    featureNames.map((name): [string, number | string | null] => {
      if (name === 'protocol_category') return [name, vector.protocolCategory]
      if (name === 'protocol_chain') return [name, vector.protocolChain]
      const value = numeric.get(name)!
      return [name, Number.isNaN(value) ? null : value]
    }),
  )
}
