import { ModelInputError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'

/**
 * The class of each row whose probability is the most times its share: Bayes' decision where all classes are equally common
 * (threshold moving; Elkan 2001, "The Foundations of Cost-Sensitive Learning"). The lower index wins a tie.
 * @param shares per class, how common it was among the rows that the probabilities were learned from; equal ones when absent
 */
export function mostProbable({ rows, columns, data }: Matrix, shares?: ArrayLike<number>): Int32Array {
  const winners = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    const start = i * columns
    let best = 0
    let bestRatio = -Infinity
    for (let c = 0; c < columns; c++) {
      const ratio = data[start + c]! / (shares?.[c] ?? 1)
      if (ratio > bestRatio) [best, bestRatio] = [c, ratio]
    }
    winners[i] = best
  }
  return winners
}

/** `classes × classes` counts, row-major: truth down, prediction across. */
export function confusionMatrix(truth: Int32Array, predicted: Int32Array, classes: number): Float64Array {
  expectSameLength(truth, predicted)
  const counts = new Float64Array(classes * classes)
  for (let i = 0; i < truth.length; i++) counts[truth[i]! * classes + predicted[i]!]! += 1
  return counts
}

export function accuracy(truth: Int32Array, predicted: Int32Array): number {
  expectSameLength(truth, predicted)
  let hits = 0
  for (let i = 0; i < truth.length; i++) if (truth[i] === predicted[i]) hits++
  return hits / truth.length
}

/**
 * The unweighted mean of F1 over the classes that occur in truth or prediction; a class that is never hit counts 0.
 * Same as scikit-learn's `f1_score(average='macro', zero_division=0)`.
 */
export function macroF1(truth: Int32Array, predicted: Int32Array, classes: number): number {
  return macroF1OfCounts(confusionMatrix(truth, predicted, classes), classes)
}

/** @param counts `classes × classes`, as of `confusionMatrix`; weighted ones too */
export function macroF1OfCounts(counts: Float64Array, classes: number): number {
  let sum = 0
  let present = 0
  for (let c = 0; c < classes; c++) {
    let actual = 0
    let claimed = 0
    for (let other = 0; other < classes; other++) {
      actual += counts[c * classes + other]!
      claimed += counts[other * classes + c]!
    }
    if (actual + claimed === 0) continue
    present++
    sum += (2 * counts[c * classes + c]!) / (actual + claimed)
  }
  return sum / present
}

function expectSameLength(truth: ArrayLike<number>, other: ArrayLike<number>): void {
  if (truth.length !== other.length || truth.length === 0)
    throw new ModelInputError(`Expected as many values as the ${truth.length} outcomes, got ${other.length}`)
}
