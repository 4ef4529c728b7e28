import { row, type Matrix } from '../../../models/matrix.ts'

export function accuracyOf(p: Matrix, y: Int32Array): number {
  let right = 0
  for (let i = 0; i < p.rows; i++) {
    const shares = row(p, i)
    if (shares[y[i]!]! >= Math.max(...shares)) right++
  }
  return right / p.rows
}

export function logLossOf(p: Matrix, y: Int32Array): number {
  let loss = 0
  for (let i = 0; i < p.rows; i++) loss -= Math.log(Math.max(row(p, i)[y[i]!]!, 1e-15))
  return loss / p.rows
}
