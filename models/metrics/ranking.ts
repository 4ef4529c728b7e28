import { ModelInputError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import { rowsByValue } from './groups.ts'
import { judgeOrder, type OrderFigures, type Ordering, orderRows } from './ordering.ts'

/**
 * How well a score puts the positives first. `positive` holds 1 or 0 per row, `score` any number (higher = more likely).
 * Rows of equal score are treated as one step, so no figure depends on the order of the rows.
 * A figure that is undefined because one class is absent is NaN.
 */

/** Rows passed at each distinct threshold, highest score first. */
export interface RankingStep {
  readonly score: number
  /** Rows at or above the threshold. */
  readonly taken: number
  /** Positives among them. */
  readonly hits: number
}

export function rankingSteps(positive: ArrayLike<number>, score: ArrayLike<number>): RankingStep[] {
  if (positive.length !== score.length)
    throw new ModelInputError(`Expected ${positive.length} scores, got ${score.length}`)
  const order = Int32Array.from(score, (_, i) => i).sort((a, b) => score[b]! - score[a]!)
  const steps: RankingStep[] = []
  let hits = 0
  for (let i = 0; i < order.length; i++) {
    const current = order[i]!
    if (positive[current] === 1) hits++
    const next = order[i + 1]
    if (next === undefined || score[next] !== score[current])
      steps.push({ score: score[current]!, taken: i + 1, hits })
  }
  return steps
}

/** Area under the receiver operating curve: the chance that a positive scores above a negative, ties one half. */
export function rocAuc(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  const { concordant, pairs } = judged(positive, score)
  return concordant / pairs
}

/** The unweighted mean of each class's AUC against the rest. @param scores `n × classes` */
export function rocAucOneVersusRest(truth: Int32Array, scores: Matrix): number {
  let sum = 0
  for (let c = 0; c < scores.columns; c++) sum += rocAuc(isClass(truth, c), columnOf(scores, c))
  return sum / scores.columns
}

/** Σ (recall step) × precision over the thresholds, without interpolation: scikit-learn's `average_precision_score`. */
export function averagePrecision(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  return judged(positive, score).averagePrecision
}

/**
 * The share of all positives among the top `fraction` of the rows. Where rows of equal score straddle the border, each
 * counts for the part of them that fits.
 */
export function recallAt(positive: ArrayLike<number>, score: ArrayLike<number>, fraction: number): number {
  return judged(positive, score, fraction).recallAtTop
}

/** How many times more positives the top `fraction` holds than a random pick of its size. */
export function liftAt(positive: ArrayLike<number>, score: ArrayLike<number>, fraction: number): number {
  return recallAt(positive, score, fraction) / fraction
}

/**
 * AUC over all (positive, negative) pairs of the same group, pooled: with dates as groups it separates picking
 * protocols from timing the market.
 */
export function withinGroupAuc(
  positive: ArrayLike<number>,
  score: ArrayLike<number>,
  group: ArrayLike<number>,
): number {
  return pooledAuc(orderWithinGroups(positive, score, group), equalWeights(positive.length))
}

/** One order per group that holds both kinds. */
export function orderWithinGroups(
  positive: ArrayLike<number>,
  score: ArrayLike<number>,
  group: ArrayLike<number>,
): Ordering[] {
  return [...rowsByValue(group).values()]
    .filter((rows) => rows.some((i) => positive[i] === 1) && rows.some((i) => positive[i] !== 1))
    .map((rows) => orderRows(positive, score, rows))
}

/** The share of right pairs among the pairs of all orders. @param weights per row */
export function pooledAuc(orderings: readonly Ordering[], weights: Float64Array): number {
  let concordant = 0
  let pairs = 0
  for (const ordering of orderings) {
    const figures = judgeOrder(ordering, weights, 1)
    concordant += figures.concordant
    pairs += figures.pairs
  }
  return concordant / pairs
}

export function equalWeights(rows: number): Float64Array {
  return new Float64Array(rows).fill(1)
}

function judged(positive: ArrayLike<number>, score: ArrayLike<number>, topFraction = 1): OrderFigures {
  return judgeOrder(orderRows(positive, score), equalWeights(positive.length), topFraction)
}

/** A point of the precision-recall curve. */
export interface PrecisionRecallPoint {
  /** The share of all positives at or above a threshold. */
  readonly recall: number
  /** The share of positives among the rows at or above it. */
  readonly precision: number
}

/**
 * The precision-recall curve at about even steps of recall, at most `points` of them and as few as there are thresholds.
 * @param fewestRows thresholds with fewer rows above them are left out: there precision jumps between 0 and 1
 */
export function precisionRecallPoints(
  positive: ArrayLike<number>,
  score: ArrayLike<number>,
  points: number,
  fewestRows = 10,
): PrecisionRecallPoint[] {
  const steps = rankingSteps(positive, score)
  const positives = steps.at(-1)?.hits ?? 0
  if (positives === 0) return []
  const curve: PrecisionRecallPoint[] = []
  let wanted = 0
  for (const { taken, hits } of steps) {
    if (taken < fewestRows || hits < wanted) continue
    curve.push({ recall: hits / positives, precision: hits / taken })
    wanted = ((Math.floor((hits / positives) * (points - 1) + 1e-9) + 1) / (points - 1)) * positives - 1e-9
  }
  return curve
}

/** 1 where the row is of class `wanted`, else 0. */
export function isClass(truth: Int32Array, wanted: number): Uint8Array {
  return Uint8Array.from(truth, (label) => (label === wanted ? 1 : 0))
}

/** A copy of one column. */
export function columnOf(x: Matrix, column: number): Float64Array {
  const out = new Float64Array(x.rows)
  for (let i = 0; i < x.rows; i++) out[i] = x.data[i * x.columns + column]!
  return out
}
