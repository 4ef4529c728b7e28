import { macroF1OfCounts } from '../../models/metrics/confusion.ts'
import { judgeOrder, orderRows } from '../../models/metrics/ordering.ts'
import {
  columnOf,
  equalWeights,
  isClass,
  orderWithinGroups,
  pooledAuc,
} from '../../models/metrics/ranking.ts'
import { rowLogLosses } from '../../models/metrics/probability.ts'
import type { Matrix } from '../../models/matrix.ts'
import { riskLabels } from '../features/labels.ts'
import type { Samples } from './samples.ts'
import { volatilityScores } from './volatility.ts'

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
  /** Average precision divided by that of 30-day volatility alone on the same rows. */
  readonly precisionOverVolatility: number
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
const topFraction = 0.1

export function riskFigures(samples: Samples, predictions: FoldPredictions): RiskFigures {
  return weighableFigures(samples, predictions)(equalWeights(predictions.rows.length))
}

/**
 * Sorts and sums once what no weighting changes, so that a thousand resamples cost little.
 * @returns the figures when each entry of `predictions` counts as often as its weight says
 */
export function weighableFigures(
  samples: Samples,
  { rows, level, probability, score, baseRate }: FoldPredictions,
): (weights: Float64Array) => RiskFigures {
  const classes = riskLabels.length
  const truth = rows.map((row) => samples.label[row]!)
  const positive = isClass(truth, high)
  const order = orderRows(positive, score)
  const volatilityOrder = orderRows(positive, volatilityScores(samples.vectors, rows))
  const ordersWithinDates = orderWithinGroups(
    positive,
    score,
    rows.map((row) => samples.vectors.day[row]!),
  )
  const classOrders = riskLabels.map((_, c) => orderRows(isClass(truth, c), columnOf(probability, c)))
  const squares = columnOf(probability, high).map((value, i) => (value - positive[i]!) ** 2)
  const referenceSquares = baseRate.map((value, i) => (value - positive[i]!) ** 2)
  const logLosses = rowLogLosses(truth, probability)
  const counts = new Float64Array(classes * classes)

  return (weights) => {
    let total = 0
    let positives = 0
    let hits = 0
    let square = 0
    let referenceSquare = 0
    let loss = 0
    counts.fill(0)
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!
      total += weight
      positives += weight * positive[i]!
      square += weight * squares[i]!
      referenceSquare += weight * referenceSquares[i]!
      loss += weight * logLosses[i]!
      counts[truth[i]! * classes + level[i]!]! += weight
      if (truth[i] === level[i]) hits += weight
    }
    const ranking = judgeOrder(order, weights, topFraction)
    const ofVolatility = judgeOrder(volatilityOrder, weights, topFraction)
    return {
      macroF1: macroF1OfCounts(counts, classes),
      accuracy: hits / total,
      averagePrecision: ranking.averagePrecision,
      precisionOverVolatility: ranking.averagePrecision / ofVolatility.averagePrecision,
      rocAuc: ranking.concordant / ranking.pairs,
      rocAucOneVersusRest:
        classOrders.reduce((sum, ofClass) => sum + pooledAuc([ofClass], weights), 0) / classes,
      withinDateAuc: pooledAuc(ordersWithinDates, weights),
      brier: square / total,
      brierSkill: 1 - square / referenceSquare,
      logLoss: loss / total,
      liftAt10: ranking.recallAtTop / topFraction,
      recallAt10: ranking.recallAtTop,
      baseRate: positives / total,
      rows: total,
    }
  }
}
