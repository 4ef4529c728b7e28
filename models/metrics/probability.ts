import { ModelInputError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'

/** The mean squared difference between a probability and what happened (1 or 0); lower is better. */
export function brierScore(positive: ArrayLike<number>, probability: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < positive.length; i++) sum += (probability[i]! - positive[i]!) ** 2
  return sum / positive.length
}

/**
 * 1 − Brier / Brier of a reference forecast; above 0 the probabilities are worth more than the reference.
 * @param reference per row, the base rate that was known when it was scored (of the fold's training rows)
 */
export function brierSkill(
  positive: ArrayLike<number>,
  probability: ArrayLike<number>,
  reference: ArrayLike<number>,
): number {
  return 1 - brierScore(positive, probability) / brierScore(positive, reference)
}

/**
 * Mean −ln(probability of the true class). Rows are scaled to sum 1 after clipping to [ε, 1 − ε], ε = 2⁻⁵², as
 * scikit-learn 1.2 does.
 * @param probability `n × classes`
 */
export function logLoss(truth: Int32Array, probability: Matrix): number {
  return rowLogLosses(truth, probability).reduce((sum, loss) => sum + loss, 0) / truth.length
}

/** The summands of `logLoss`, one per row. */
export function rowLogLosses(truth: Int32Array, probability: Matrix): Float64Array {
  const { rows, columns, data } = probability
  if (truth.length !== rows) throw new ModelInputError(`Expected ${truth.length} rows, got ${rows}`)
  const losses = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    let total = 0
    for (let c = 0; c < columns; c++) total += clip(data[i * columns + c]!)
    losses[i] = -Math.log(clip(data[i * columns + truth[i]!]!) / total)
  }
  return losses
}

function clip(probability: number): number {
  return Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON)
}

/** One group of rows with similar probabilities. */
export interface CalibrationBin {
  readonly rows: number
  readonly meanProbability: number
  /** The share of the rows that turned out positive. */
  readonly observed: number
}

/**
 * Rows in bins of about equal size by probability, empty bins left out: scikit-learn's
 * `calibration_curve(strategy='quantile')`.
 */
export function calibrationBins(
  positive: ArrayLike<number>,
  probability: ArrayLike<number>,
  bins: number,
): CalibrationBin[] {
  const sorted = Float64Array.from(probability).sort()
  const edges = Array.from({ length: bins - 1 }, (_, b) => quantileOfSorted(sorted, (b + 1) / bins))
  const count = new Int32Array(bins)
  const sum = new Float64Array(bins)
  const hits = new Int32Array(bins)
  for (let i = 0; i < probability.length; i++) {
    const bin = edges.filter((edge) => edge < probability[i]!).length
    count[bin]! += 1
    sum[bin]! += probability[i]!
    hits[bin]! += positive[i]!
  }
  return Array.from(count, (rows, b) => ({
    rows,
    meanProbability: sum[b]! / rows,
    observed: hits[b]! / rows,
  })).filter(({ rows }) => rows > 0)
}

/** Linear interpolation between order statistics, as numpy's `quantile`. @param sorted ascending, not empty */
export function quantileOfSorted(sorted: ArrayLike<number>, fraction: number): number {
  const place = fraction * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (place - below) * (high - low)
}
