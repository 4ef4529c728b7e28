import { score, type CategoricalLimits, type GradientLimits, type GradientSums } from './gradient-split.ts'
import type { Histogram } from './histogram.ts'
import { categorySet } from './partition.ts'

export interface CategoricalSplit {
  readonly categories: Uint32Array
  readonly score: number
  readonly lambda: number
}

/**
 * Splits by sets of categories: few categories one against the rest, many in the order of gradient / (hessian + smoothing), from
 * either end (Fisher, 1958; as in LightGBM, Ke et al., 2017). Missing values and categories not in the set go right.
 */
export class CategoricalSearch {
  readonly #limits: GradientLimits
  readonly #categorical: CategoricalLimits
  readonly #sorted: Int32Array

  constructor(widest: number, limits: GradientLimits, categorical: CategoricalLimits) {
    this.#limits = limits
    this.#categorical = categorical
    this.#sorted = new Int32Array(widest)
  }

  /**
   * @param list the occupied bins, `known` of them
   * @param needed the score to beat
   * @param offset of the column's bins: what to take off a bin to get its code
   */
  find(
    list: Int32Array,
    known: number,
    from: Histogram,
    node: GradientSums,
    needed: number,
    offset: number,
  ): CategoricalSplit | null {
    return known <= this.#categorical.maxOneHot
      ? this.#oneAgainstRest(list, known, from, node, needed, offset)
      : this.#alongOrder(list, known, from, node, needed, offset)
  }

  #oneAgainstRest(
    list: Int32Array,
    known: number,
    { sums, counts }: Histogram,
    node: GradientSums,
    needed: number,
    offset: number,
  ): CategoricalSplit | null {
    const { lambda } = this.#limits
    let best = needed
    let chosen = -1
    for (let i = 0; i < known; i++) {
      const bin = list[i]!
      const total = this.#tryLeft(sums[bin * 2]!, sums[bin * 2 + 1]!, counts[bin]!, node, lambda)
      if (total > best) {
        best = total
        chosen = i
      }
    }
    if (chosen < 0) return null
    return { categories: categorySet(list.subarray(chosen), 1, offset), score: best, lambda }
  }

  #alongOrder(
    list: Int32Array,
    known: number,
    { sums, counts }: Histogram,
    node: GradientSums,
    needed: number,
    offset: number,
  ): CategoricalSplit | null {
    const { smooth, maxLeft, minRowsPerGroup } = this.#categorical
    const lambda = this.#limits.lambda + this.#categorical.lambda
    const ratio = (bin: number): number => sums[bin * 2]! / (sums[bin * 2 + 1]! + smooth)
    let length = 0
    for (let i = 0; i < known; i++) if (counts[list[i]!]! >= smooth) this.#sorted[length++] = list[i]!
    const sorted = this.#sorted.subarray(0, length)
    sorted.sort((a, b) => ratio(a) - ratio(b) || a - b)
    let best = needed
    let chosen = 0
    let chosenReversed = false
    for (const reversed of [false, true]) {
      let gradient = 0
      let hessian = 0
      let rows = 0
      let rowsOfGroup = 0
      const most = Math.min(maxLeft, (length + 1) >> 1)
      for (let i = 0; i < most; i++) {
        const bin = sorted[reversed ? length - 1 - i : i]!
        gradient += sums[bin * 2]!
        hessian += sums[bin * 2 + 1]!
        rows += counts[bin]!
        rowsOfGroup += counts[bin]!
        if (rowsOfGroup < minRowsPerGroup || node.rows - rows < minRowsPerGroup) continue
        rowsOfGroup = 0
        const total = this.#tryLeft(gradient, hessian, rows, node, lambda)
        if (total > best) {
          best = total
          chosen = i + 1
          chosenReversed = reversed
        }
      }
    }
    if (chosen === 0) return null
    const left = chosenReversed ? sorted.subarray(length - chosen) : sorted
    return { categories: categorySet(left, chosen, offset), score: best, lambda }
  }

  /** The score of both sides, -Infinity where a side is too small. */
  #tryLeft(gradient: number, hessian: number, rows: number, node: GradientSums, lambda: number): number {
    const { alpha, minHessian, minRows } = this.#limits
    const restHessian = node.hessian - hessian
    const restRows = node.rows - rows
    const least = Math.max(1, minRows)
    if (hessian < minHessian || restHessian < minHessian || rows < least || restRows < least) return -Infinity
    return (
      score(gradient, hessian, lambda, alpha) + score(node.gradient - gradient, restHessian, lambda, alpha)
    )
  }
}
