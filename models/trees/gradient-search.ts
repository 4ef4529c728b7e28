import { midpoint, type BinnedMatrix } from './binning.ts'
import { CategoricalSearch } from './categorical-search.ts'
import { ColumnSums } from './column-sums.ts'
import {
  limitsIn,
  score,
  softened,
  unitsOf,
  type CategoricalLimits,
  type GradientLimits,
  type PackedUnits,
} from './gradient-split.ts'
import type { Histogram } from './histogram.ts'
import { hessianOf, type PackedGradients } from './packed-gradients.ts'
import type { BinSplit } from './partition.ts'

export interface GradientSplit extends BinSplit {
  /** The lowest occupied bin that goes right; -1 when only missing values do. */
  readonly firstRightBin: number
  readonly gain: number
  /** L2 of the children's values. */
  readonly lambda: number
  /** Packed sum over the rows that go left. */
  readonly leftSum: number
}

/** Where to look for a node's best split. */
export interface NodeRows {
  /** Packed sum over the rows. */
  readonly sum: number
  /** null for a node of few rows: these are then summed column by column. */
  readonly histogram: Histogram | null
  readonly rows: Int32Array
  readonly start: number
  readonly end: number
}

/** The best cut of one column so far; reused. In packed units. */
interface Cut {
  score: number
  at: number
  missingLeft: boolean
  leftSum: number
}

/** Finds the best split of a node over all given columns. */
export class GradientSearch {
  readonly #binned: BinnedMatrix
  readonly #packed: PackedGradients
  readonly #rawLimits: GradientLimits
  readonly #categorical: CategoricalSearch
  readonly #column: ColumnSums
  readonly #cut: Cut = { score: 0, at: -1, missingLeft: false, leftSum: 0 }
  #units: PackedUnits
  #limits: GradientLimits

  constructor(
    binned: BinnedMatrix,
    packed: PackedGradients,
    limits: GradientLimits,
    categorical: CategoricalLimits,
  ) {
    this.#binned = binned
    this.#packed = packed
    this.#rawLimits = limits
    this.#categorical = new CategoricalSearch(binned, limits, categorical)
    this.#column = new ColumnSums(binned)
    this.#units = unitsOf(packed)
    this.#limits = limits
  }

  /** To be called whenever gradients were packed anew. */
  begin(): void {
    this.#units = unitsOf(this.#packed)
    this.#limits = limitsIn(this.#units, this.#rawLimits)
    this.#categorical.begin(this.#units)
  }

  /** @returns null when no split wins more than the limits ask for */
  find(node: NodeRows, features: Int32Array): GradientSplit | null {
    const { lambda, alpha, minGain } = this.#limits
    const hessian = hessianOf(node.sum)
    const before = score(node.sum - hessian, hessian, lambda, alpha)
    const needed = before + Math.max(minGain, 1e-9 / this.#units.gain)
    const column = this.#column
    let best: GradientSplit | null = null
    for (const feature of features) {
      if (node.histogram) column.read(node.histogram, feature)
      else column.sum(feature, this.#packed.values, node.rows, node.start, node.end)
      if (column.listed > 1) {
        const threshold: number = best ? best.gain / this.#units.gain + before : needed
        best = this.#tryColumn(feature, node, threshold, before) ?? best
      }
      column.clear()
    }
    return best
  }

  /** The best split by a column, if it scores more than `threshold`. */
  #tryColumn(feature: number, node: NodeRows, threshold: number, before: number): GradientSplit | null {
    const { list, listed } = this.#column
    const missing = this.#binned.missing[feature]!
    const hasMissing = missing >= 0 && list[listed - 1] === missing
    const known = hasMissing ? listed - 1 : listed
    if (this.#binned.categorical[feature]) {
      this.#column.count(feature, node.rows, node.start, node.end)
      const found = this.#categorical.find(this.#column, feature, known, node, threshold)
      return found
        ? {
            feature,
            lastLeftBin: -1,
            firstRightBin: -1,
            categories: found.categories,
            missingLeft: hasMissing ? false : null,
            gain: (found.score - before) * this.#units.gain,
            lambda: found.lambda,
            leftSum: found.leftSum,
          }
        : null
    }
    this.#findCut(known, hasMissing ? missing : -1, node, threshold, false)
    if (this.#cut.at >= 0 && !this.#surelyHasRows(node)) {
      this.#column.count(feature, node.rows, node.start, node.end)
      this.#findCut(known, hasMissing ? missing : -1, node, threshold, true)
    }
    const cut = this.#cut
    if (cut.at < 0) return null
    return {
      feature,
      lastLeftBin: list[cut.at]!,
      firstRightBin: cut.at + 1 < known ? list[cut.at + 1]! : -1,
      categories: null,
      missingLeft: hasMissing ? cut.missingLeft : null,
      gain: (cut.score - before) * this.#units.gain,
      lambda: this.#rawLimits.lambda,
      leftSum: cut.leftSum,
    }
  }

  /**
   * Whether both sides of the cut hold `minRows` for certain, because so few rows could not have such hessians. Nearly all best cuts do,
   * and so nobody counts rows by bin until one does not.
   */
  #surelyHasRows(node: NodeRows): boolean {
    const { minRows } = this.#limits
    const enough = (minRows - 1) * this.#packed.greatestHessian
    const leftHessian = hessianOf(this.#cut.leftSum)
    return minRows <= 1 || (leftHessian > enough && hessianOf(node.sum) - leftHessian > enough)
  }

  /** @param missing the bin of missing values, -1 where the node has none @param counted whether rows were counted by bin */
  #findCut(known: number, missing: number, node: NodeRows, threshold: number, counted: boolean): void {
    this.#cut.score = threshold
    this.#cut.at = -1
    const minRows = counted ? this.#limits.minRows : 0
    this.#scan(missing < 0 ? known - 1 : known, node, -1, minRows)
    if (missing >= 0) this.#scan(known - 1, node, missing, minRows)
  }

  /**
   * Tries a cut after each of the first `cuts` listed bins.
   * @param missing the bin of the missing rows when they go left, else -1
   * @param minRows 0 where rows were not counted
   */
  #scan(cuts: number, node: NodeRows, missing: number, minRows: number): void {
    const { lambda, alpha, minHessian } = this.#limits
    const { list, sums, counts } = this.#column
    const hessian = hessianOf(node.sum)
    const gradient = node.sum - hessian
    const rows = node.end - node.start
    let left = missing < 0 ? 0 : sums[missing]!
    let leftRows = missing < 0 ? 0 : counts[missing]!
    let best = this.#cut.score
    let bestAt = -1
    let bestLeft = 0
    for (let i = 0; i < cuts; i++) {
      const bin = list[i]!
      left += sums[bin]!
      const leftHessian = hessianOf(left)
      const rightHessian = hessian - leftHessian
      if (minRows > 0) {
        leftRows += counts[bin]!
        if (leftRows < minRows) continue
        if (rows - leftRows < minRows) break
      }
      if (leftHessian < minHessian) continue
      if (rightHessian < minHessian) break
      const l = softened(left - leftHessian, alpha)
      const r = softened(gradient - (left - leftHessian), alpha)
      const a = leftHessian + lambda
      const b = rightHessian + lambda
      // Divisions take most of the time here, so they are spared to cuts that cannot win.
      if (l * l * b + r * r * a <= best * a * b) continue
      const total = (l * l) / a + (r * r) / b
      if (total > best) {
        best = total
        bestAt = i
        bestLeft = left
      }
    }
    if (bestAt < 0) return
    this.#cut.score = best
    this.#cut.at = bestAt
    this.#cut.missingLeft = missing >= 0
    this.#cut.leftSum = bestLeft
  }

  /** The raw value below which rows go left. @param between take the midpoint of the node's own neighbouring values, as `exact` does */
  threshold({ lastLeftBin, firstRightBin }: GradientSplit, between: boolean): number {
    const { highest, lowest, edge } = this.#binned
    if (lastLeftBin < 0 || firstRightBin < 0) return Infinity
    if (between) return midpoint(highest[lastLeftBin]!, lowest[firstRightBin]!)
    return edge[lastLeftBin]!
  }
}
