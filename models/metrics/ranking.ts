import { ModelInputError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import { rowsByValue } from './groups.ts'

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
  const steps = rankingSteps(positive, score)
  const last = steps.at(-1)
  if (!last) return NaN
  let area = 0
  let hitsBefore = 0
  let missesBefore = 0
  for (const { taken, hits } of steps) {
    const misses = taken - hits
    area += ((misses - missesBefore) * (hits + hitsBefore)) / 2
    hitsBefore = hits
    missesBefore = misses
  }
  return area / (last.hits * (last.taken - last.hits))
}

/** The unweighted mean of each class's AUC against the rest. @param scores `n × classes` */
export function rocAucOneVersusRest(truth: Int32Array, scores: Matrix): number {
  let sum = 0
  for (let c = 0; c < scores.columns; c++) sum += rocAuc(isClass(truth, c), columnOf(scores, c))
  return sum / scores.columns
}

/** Σ (recall step) × precision over the thresholds, without interpolation: scikit-learn's `average_precision_score`. */
export function averagePrecision(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  const steps = rankingSteps(positive, score)
  const positives = steps.at(-1)?.hits ?? 0
  let sum = 0
  let hitsBefore = 0
  for (const { taken, hits } of steps) {
    sum += ((hits - hitsBefore) * hits) / taken
    hitsBefore = hits
  }
  return sum / positives
}

/**
 * The share of all positives among the top `fraction` of the rows. Where rows of equal score straddle the border, each
 * counts for the part of them that fits.
 */
export function recallAt(positive: ArrayLike<number>, score: ArrayLike<number>, fraction: number): number {
  const steps = rankingSteps(positive, score)
  const wanted = fraction * positive.length
  let before = { taken: 0, hits: 0 }
  for (const step of steps) {
    if (step.taken >= wanted) {
      const part = (wanted - before.taken) / (step.taken - before.taken)
      return (before.hits + part * (step.hits - before.hits)) / steps.at(-1)!.hits
    }
    before = step
  }
  return NaN
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
  let concordant = 0
  let pairs = 0
  for (const rows of rowsByValue(group).values()) {
    const positives = rows.filter((i) => positive[i] === 1).length
    const possible = positives * (rows.length - positives)
    if (possible === 0) continue
    pairs += possible
    concordant +=
      possible *
      rocAuc(
        rows.map((i) => positive[i]!),
        rows.map((i) => score[i]!),
      )
  }
  return concordant / pairs
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
