import { type Matrix, matrix } from '../matrix.ts'

/**
 * Shares each row's total among its features in proportion to their credit, so that the shares add up to the total.
 * Negative credit counts as none; without any credit the features share equally.
 * @param credit `rows × columns` @param totals one per row, ≥ 0
 */
export function shareOut(credit: Matrix, totals: Float64Array): Matrix {
  const { rows, columns } = credit
  const shares = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    const offset = i * columns
    let sum = 0
    for (let k = 0; k < columns; k++) sum += Math.max(credit.data[offset + k]!, 0)
    for (let k = 0; k < columns; k++) {
      const share = sum > 0 ? Math.max(credit.data[offset + k]!, 0) / sum : 1 / columns
      shares.data[offset + k] = share * totals[i]!
    }
  }
  return shares
}
