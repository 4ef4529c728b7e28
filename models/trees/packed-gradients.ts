/** The gradient's field: 28 bits with its sign. The hessian has the 25 above it, which makes both about as exact. */
const field = 2 ** 28
const mostGradient = field / 2
const mostHessian = 2 ** 25
/** Next to this number doubles are `field` apart. */
const rounder = 1.5 * 2 ** 52 * field

/** So many rows still leave room for their rounding. */
export const mostPackedRows = 2 ** 23

/** Up to so many rows a mean gradient is 2¹³ quanta or more. */
const mostNearest = 2 ** 14

/**
 * Gradient and hessian of each row in one double: hessian quanta × 2²⁸ + gradient quanta, as LightGBM packs two integers into one
 * (Shi et al., 2022, Quantized training of gradient boosting decision trees, https://arxiv.org/abs/2207.09682). A histogram
 * then takes one addition per row and column. Quanta are chosen so that no sum over the rows leaves its field: sums are exact, and
 * subtracting one from another leaves true zeros. Only splits are chosen by them; values of leaves are not.
 */
export class PackedGradients {
  readonly values: Float64Array
  /** What one in the gradient's field stands for. A power of two. */
  gradientUnit = 1
  /** What one stands for in the number that `hessianOf` answers. A power of two. */
  hessianUnit = 1
  /** The greatest `hessianOf` a row. */
  greatestHessian = 0

  constructor(rows: number) {
    this.values = new Float64Array(rows)
  }

  /** @param gradients gradient and hessian per row, interleaved @returns the packed sum over `rows[0 … count)` */
  pack(gradients: Float64Array, rows: Int32Array, count: number): number {
    let gradient = 0
    let hessian = 0
    for (let i = 0; i < count; i++) {
      const at = rows[i]! * 2
      gradient += Math.abs(gradients[at]!)
      hessian += gradients[at + 1]!
    }
    const hessianQuantum = quantum(hessian, mostHessian - count)
    this.gradientUnit = quantum(gradient, mostGradient - count)
    this.hessianUnit = hessianQuantum / field
    return this.#fill(gradients, rows, count, 1 / this.gradientUnit, 1 / hessianQuantum)
  }

  /**
   * Rounds to the nearest quantum, which keeps ties between columns. With many rows quanta are coarse, and the tiny gradients of rows that
   * are explained well would all vanish: there a number that runs evenly through [0, 1) (Weyl's sequence of the golden ratio) is
   * added before rounding down, so that sums are right on average.
   */
  #fill(
    gradients: Float64Array,
    rows: Int32Array,
    count: number,
    perGradient: number,
    perHessian: number,
  ): number {
    const { values } = this
    const isCoarse = count > mostNearest
    const step = isCoarse ? 0x9e3779b9 : 0
    let dither = isCoarse ? 0 : 2 ** 31
    let greatest = 0
    let sum = 0
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      dither = (dither + step) >>> 0
      const up = dither * 2 ** -32
      // At least one, so that only empty bins sum to zero.
      const hessian = Math.max(1, Math.floor(gradients[row * 2 + 1]! * perHessian + up))
      const value = hessian * field + Math.floor(gradients[row * 2]! * perGradient + up)
      values[row] = value
      sum += value
      if (hessian > greatest) greatest = hessian
    }
    this.greatestHessian = greatest * field
    return sum
  }
}

/** The least power of two of which `most` make up `total`. */
function quantum(total: number, most: number): number {
  return total > 0 ? 2 ** Math.ceil(Math.log2(total / most)) : 1
}

/** The hessian in a packed sum, in packed units; the rest of the sum is the gradient, in its own. */
export function hessianOf(packed: number): number {
  return packed + rounder - rounder
}
