import { matrix, takeRows } from '../../models/matrix.ts'
import { mostProbable } from '../../models/metrics/confusion.ts'
import { columnOf } from '../../models/metrics/ranking.ts'
import type { Fold } from '../../models/validation/folds.ts'
import { riskLabels } from '../features/labels.ts'
import { viewed } from './feature-view.ts'
import type { FoldPredictions } from './figures.ts'
import { fitLearner, type ModelConfig } from './learner.ts'
import type { RiskModel, RiskPredictions } from './risk-model.ts'
import type { Samples } from './samples.ts'
import { scoreRows, trainRiskModel } from './train-risk-model.ts'
import { takeVectors } from './vector-table.ts'

export interface CrossPredictOptions {
  readonly seed: number
  readonly onProgress?: (fraction: number) => void
}

const high = riskLabels.indexOf('high')

/** The classifier alone, refitted per fold, not calibrated: quick, for comparing the candidates of a grid. */
export function crossScore(
  samples: Samples,
  config: ModelConfig,
  folds: readonly Fold[],
  { seed, onProgress }: CrossPredictOptions,
): FoldPredictions {
  const table = viewed(samples.vectors, config.view)
  return poolFolds(samples, folds, ({ train, test }, k) => {
    const learner = fitLearner(table, samples.label, train, config, {
      seed,
      onProgress: (fraction) => onProgress?.((k + fraction) / folds.length),
    })
    const probability = scoreRows(learner, table, test)
    const level = mostProbable(probability, learner.classShares)
    return { level, probability, score: columnOf(probability, high) }
  })
}

/** The whole model, refitted and calibrated per fold: what would have been served. */
export function crossPredict(
  samples: Samples,
  config: ModelConfig,
  folds: readonly Fold[],
  { seed, onProgress }: CrossPredictOptions,
): FoldPredictions {
  return poolFolds(samples, folds, ({ train, test }, k) => {
    const model = trainRiskModel(samples, config, {
      seed,
      rows: train,
      onProgress: (fraction) => onProgress?.((k + fraction) / folds.length),
    })
    return predictWithinDays(samples, test, model)
  })
}

/** Judges fold after fold and puts the outcomes into one list. */
export function poolFolds(
  samples: Samples,
  folds: readonly Fold[],
  judge: (fold: Fold, k: number) => RiskPredictions,
): FoldPredictions {
  const outcomes = folds.map(judge)
  const rows = Int32Array.from(folds.flatMap(({ test }) => [...test]))
  const probability = matrix(rows.length, riskLabels.length)
  let offset = 0
  for (const outcome of outcomes) {
    probability.data.set(outcome.probability.data, offset)
    offset += outcome.probability.data.length
  }
  return {
    rows,
    level: Int32Array.from(outcomes.flatMap(({ level }) => [...level])),
    probability,
    score: Float64Array.from(outcomes.flatMap(({ score }) => [...score])),
    baseRate: Float64Array.from(
      folds.flatMap(({ train, test }) => {
        const positives = train.filter((row) => samples.label[row] === high).length
        return Array.from(test, () => positives / train.length)
      }),
    ),
  }
}

/** Scores `test` among all rows of its days, as it would be served, also where a fold takes only some of a day. */
function predictWithinDays(samples: Samples, test: Int32Array, model: RiskModel): RiskPredictions {
  const { vectors } = samples
  const days = new Set(test.map((row) => vectors.day[row]!))
  const shown = Int32Array.from([...vectors.day.keys()].filter((row) => days.has(vectors.day[row]!)))
  const { level, probability, score } = model.predict(takeVectors(vectors, shown))
  const placeOf = new Map(Array.from(shown, (row, place) => [row, place]))
  const places = test.map((row) => placeOf.get(row)!)
  return {
    level: places.map((place) => level[place]!),
    probability: takeRows(probability, places),
    score: Float64Array.from(places, (place) => score[place]!),
  }
}
