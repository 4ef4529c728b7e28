import { mostProbable } from '../../../models/metrics/confusion.ts'
import { row, type Matrix } from '../../../models/matrix.ts'

/** A tie goes to the first class, as in scikit-learn and xgboost. */
export function accuracyOf(p: Matrix, y: Int32Array): number {
  const predicted = mostProbable(p)
  return predicted.reduce((right, label, i) => right + Number(label === y[i]), 0) / p.rows
}

export function logLossOf(p: Matrix, y: Int32Array): number {
  let loss = 0
  for (let i = 0; i < p.rows; i++) loss -= Math.log(Math.max(row(p, i)[y[i]!]!, 1e-15))
  return loss / p.rows
}
