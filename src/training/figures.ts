import { accuracy, macroF1 } from '../../models/metrics/confusion.ts'
import { brierScore, brierSkill, logLoss } from '../../models/metrics/probability.ts'
import {
  averagePrecision,
  columnOf,
  isClass,
  liftAt,
  recallAt,
  rocAuc,
  rocAucOneVersusRest,
  withinGroupAuc,
} from '../../models/metrics/ranking.ts'
import { takeRows, type Matrix } from '../../models/matrix.ts'
import { riskLabels } from '../features/labels.ts'
import type { Samples } from './samples.ts'

/** What a model said about rows that it had not seen, fold after fold. */
export interface FoldPredictions {
  /** Rows of the samples, in the order of the entries below. */
  readonly rows: Int32Array
  readonly level: Int32Array
  /** `n × 3` */
  readonly probability: Matrix
  /** Per row, what orders the rows from safe to dangerous; of a model the classifier's own probability of high. */
  readonly score: Float64Array
  /** Per row, the share of high among the fold's training rows. */
  readonly baseRate: Float64Array
}

/** All figures about `high` are one class against the rest. */
export interface RiskFigures {
  readonly macroF1: number
  readonly accuracy: number
  readonly averagePrecision: number
  readonly rocAuc: number
  readonly rocAucOneVersusRest: number
  readonly withinDateAuc: number
  readonly brier: number
  readonly brierSkill: number
  readonly logLoss: number
  readonly liftAt10: number
  readonly recallAt10: number
  /** The share of high among the tested rows: what a random order has as average precision. */
  readonly baseRate: number
  readonly rows: number
}

const high = riskLabels.indexOf('high')

/** @param places entries of `predictions` to look at, repeated ones too; all by default */
export function riskFigures(
  samples: Samples,
  predictions: FoldPredictions,
  places?: Int32Array,
): RiskFigures {
  const chosen = places ?? Int32Array.from(predictions.rows.keys())
  const rows = chosen.map((place) => predictions.rows[place]!)
  const truth = rows.map((row) => samples.label[row]!)
  const level = chosen.map((place) => predictions.level[place]!)
  const probability = takeRows(predictions.probability, chosen)
  const score = Float64Array.from(chosen, (place) => predictions.score[place]!)
  const reference = Float64Array.from(chosen, (place) => predictions.baseRate[place]!)
  const positive = isClass(truth, high)
  const ofHigh = columnOf(probability, high)
  return {
    macroF1: macroF1(truth, level, riskLabels.length),
    accuracy: accuracy(truth, level),
    averagePrecision: averagePrecision(positive, score),
    rocAuc: rocAuc(positive, score),
    rocAucOneVersusRest: rocAucOneVersusRest(truth, probability),
    withinDateAuc: withinGroupAuc(
      positive,
      score,
      rows.map((row) => samples.vectors.day[row]!),
    ),
    brier: brierScore(positive, ofHigh),
    brierSkill: brierSkill(positive, ofHigh, reference),
    logLoss: logLoss(truth, probability),
    liftAt10: liftAt(positive, score, 0.1),
    recallAt10: recallAt(positive, score, 0.1),
    baseRate: positive.reduce((sum, value) => sum + value, 0) / positive.length,
    rows: rows.length,
  }
}
