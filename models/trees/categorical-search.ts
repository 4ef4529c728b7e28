import { widestColumn, type BinnedMatrix } from './binning.ts'
import type { ColumnSums } from './column-sums.ts'
import {
  limitsIn,
  score,
  type CategoricalLimits,
  type GradientLimits,
  type PackedUnits,
} from './gradient-split.ts'
import type { NodeRows } from './gradient-search.ts'
import { hessianOf } from './packed-gradients.ts'
import { categorySet } from './partition.ts'

export interface CategoricalSplit {
  readonly categories: Uint32Array
  /** In packed units. */
  readonly score: number
  /** L2 of the children's values. */
  readonly lambda: number
  /** Packed sum over the rows that go left. */
  readonly leftSum: number
}

/**
 * Splits by sets of categories: few categories one against the rest, many in the order of gradient / (hessian + smoothing), from
 * either end (Fisher, 1958; as in LightGBM, Ke et al., 2017). Missing values and categories not in the set go right.
 */
export class CategoricalSearch {
  readonly #offsets: Int32Array
  readonly #rawLimits: GradientLimits
  readonly #categorical: CategoricalLimits
  readonly #sorted: Int32Array
  #units: PackedUnits = { gradient: 1, hessian: 1, gain: 1 }
  #limits: GradientLimits

  constructor(binned: BinnedMatrix, limits: GradientLimits, categorical: CategoricalLimits) {
    this.#offsets = binned.offsets
    this.#rawLimits = limits
    this.#limits = limits
    this.#categorical = categorical
    this.#sorted = new Int32Array(binned.categorical.includes(true) ? widestColumn(binned) : 0)
  }

  /** To be called whenever gradients were packed anew. */
  begin(units: PackedUnits): void {
    this.#units = units
    this.#limits = limitsIn(units, this.#rawLimits)
  }

  /**
   * @param column the occupied bins, `known` of them not missing, with sums and counts
   * @param needed the score to beat, in packed units
   */
  find(
    column: ColumnSums,
    feature: number,
    known: number,
    node: NodeRows,
    needed: number,
  ): CategoricalSplit | null {
    const offset = this.#offsets[feature]!
    return known <= this.#categorical.maxOneHot
      ? this.#oneAgainstRest(column, known, node, needed, offset)
      : this.#alongOrder(column, known, node, needed, offset)
  }

  #oneAgainstRest(
    { list, sums, counts }: ColumnSums,
    known: number,
    node: NodeRows,
    needed: number,
    offset: number,
  ): CategoricalSplit | null {
    let best = needed
    let chosen = -1
    for (let i = 0; i < known; i++) {
      const bin = list[i]!
      const total = this.#tryLeft(sums[bin]!, counts[bin]!, node, this.#limits.lambda)
      if (total > best) {
        best = total
        chosen = i
      }
    }
    if (chosen < 0) return null
    const categories = categorySet(list.subarray(chosen), 1, offset)
    return { categories, score: best, lambda: this.#rawLimits.lambda, leftSum: sums[list[chosen]!]! }
  }

  #alongOrder(
    column: ColumnSums,
    known: number,
    node: NodeRows,
    needed: number,
    offset: number,
  ): CategoricalSplit | null {
    const { sums, counts } = column
    const { maxLeft, minRowsPerGroup } = this.#categorical
    const lambda = this.#limits.lambda + this.#categorical.lambda / this.#units.hessian
    const sorted = this.#sort(column, known)
    const { length } = sorted
    let best = needed
    let leftSum = 0
    let chosen = 0
    let chosenReversed = false
    for (const reversed of [false, true]) {
      let left = 0
      let rows = 0
      let rowsOfGroup = 0
      const most = Math.min(maxLeft, (length + 1) >> 1)
      for (let i = 0; i < most; i++) {
        const bin = sorted[reversed ? length - 1 - i : i]!
        left += sums[bin]!
        rows += counts[bin]!
        rowsOfGroup += counts[bin]!
        if (rowsOfGroup < minRowsPerGroup || node.end - node.start - rows < minRowsPerGroup) continue
        rowsOfGroup = 0
        const total = this.#tryLeft(left, rows, node, lambda)
        if (total > best) {
          best = total
          leftSum = left
          chosen = i + 1
          chosenReversed = reversed
        }
      }
    }
    if (chosen === 0) return null
    const lefts = chosenReversed ? sorted.subarray(length - chosen) : sorted
    const categories = categorySet(lefts, chosen, offset)
    return { categories, score: best, lambda: this.#rawLimits.lambda + this.#categorical.lambda, leftSum }
  }

  /** The categories that are frequent enough, by gradient / (hessian + smoothing). */
  #sort({ list, sums, counts }: ColumnSums, known: number): Int32Array {
    const { smooth } = this.#categorical
    const smoothing = smooth / this.#units.hessian
    const ratio = (bin: number): number => {
      const hessian = hessianOf(sums[bin]!)
      return (sums[bin]! - hessian) / (hessian + smoothing)
    }
    let length = 0
    for (let i = 0; i < known; i++) if (counts[list[i]!]! >= smooth) this.#sorted[length++] = list[i]!
    return this.#sorted.subarray(0, length).sort((a, b) => ratio(a) - ratio(b) || a - b)
  }

  /** The score of both sides, -Infinity where a side is too small. */
  #tryLeft(left: number, rows: number, node: NodeRows, lambda: number): number {
    const { alpha, minHessian, minRows } = this.#limits
    const leftHessian = hessianOf(left)
    const right = node.sum - left
    const rightHessian = hessianOf(right)
    const least = Math.max(1, minRows)
    if (leftHessian < minHessian || rightHessian < minHessian) return -Infinity
    if (rows < least || node.end - node.start - rows < least) return -Infinity
    return (
      score(left - leftHessian, leftHessian, lambda, alpha) +
      score(right - rightHessian, rightHessian, lambda, alpha)
    )
  }
}
