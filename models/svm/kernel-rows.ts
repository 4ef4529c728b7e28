import type { Matrix } from '../matrix.ts'

/** Rows of the RBF kernel matrix exp(−gamma ‖xᵢ − xⱼ‖²), made when asked for; the latest are kept within a budget. */
export interface KernelRows {
  /** n single-precision numbers, as LIBSVM keeps them; valid until the next-but-one call. */
  at(i: number): Float32Array
}

const cacheBytes = 200e6

export function createKernelRows(x: Matrix, gamma: number): KernelRows {
  const capacity = Math.max(2, Math.floor(cacheBytes / (4 * x.rows)))
  const squares = squaredNorms(x)
  // A Map iterates in order of insertion: the first key is the row that was not asked for the longest.
  const held = new Map<number, Float32Array>()

  const roomFor = (): Float32Array => {
    if (held.size < capacity) return new Float32Array(x.rows)
    const [oldest, values] = held.entries().next().value!
    held.delete(oldest)
    return values
  }
  return {
    at(i) {
      const known = held.get(i)
      const values = known ?? roomFor()
      if (known === undefined) fillKernelRow(x, squares, gamma, i, values)
      else held.delete(i)
      held.set(i, values)
      return values
    },
  }
}

function squaredNorms(x: Matrix): Float64Array {
  const squares = new Float64Array(x.rows)
  for (let i = 0, at = 0; i < x.rows; i++)
    for (let k = 0; k < x.columns; k++, at++) squares[i]! += x.data[at]! * x.data[at]!
  return squares
}

/** Four columns at a time: each value of row i is loaded once for four products. */
function fillKernelRow(
  { rows, columns, data }: Matrix,
  squares: Float64Array,
  gamma: number,
  i: number,
  target: Float32Array,
): void {
  const own = i * columns
  const norm = squares[i]!
  const kernel = (j: number, dot: number): number => Math.exp(-gamma * (norm + squares[j]! - 2 * dot))
  let j = 0
  for (let at = 0; j + 4 <= rows; j += 4, at += 4 * columns) {
    let dot0 = 0
    let dot1 = 0
    let dot2 = 0
    let dot3 = 0
    for (let k = 0, a = at; k < columns; k++, a++) {
      const value = data[own + k]!
      dot0 += value * data[a]!
      dot1 += value * data[a + columns]!
      dot2 += value * data[a + 2 * columns]!
      dot3 += value * data[a + 3 * columns]!
    }
    target[j] = kernel(j, dot0)
    target[j + 1] = kernel(j + 1, dot1)
    target[j + 2] = kernel(j + 2, dot2)
    target[j + 3] = kernel(j + 3, dot3)
  }
  for (; j < rows; j++) {
    let dot = 0
    for (let k = 0; k < columns; k++) dot += data[own + k]! * data[j * columns + k]!
    target[j] = kernel(j, dot)
  }
}
