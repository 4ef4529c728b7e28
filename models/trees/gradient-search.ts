import { midpoint, type BinnedMatrix } from './binning.ts'
import { CategoricalSearch } from './categorical-search.ts'
import {
  score,
  softened,
  type CategoricalLimits,
  type GradientLimits,
  type GradientSums,
} from './gradient-split.ts'
import type { Histogram } from './histogram.ts'
import { drainOccupied, occupancyWords } from './occupancy.ts'
import type { BinSplit } from './partition.ts'

export interface GradientSplit extends BinSplit {
  /** The lowest occupied bin that goes right; -1 when only missing values do. */
  readonly firstRightBin: number
  readonly gain: number
  /** L2 of the children's values. */
  readonly lambda: number
}

/** The best cut of one column so far; reused. */
interface Cut {
  score: number
  at: number
  missingLeft: boolean
}

/**
 * Finds the best split of a node over all given columns. Where the node has a histogram it reads that; a node of few rows sums
 * them column by column into a scratch histogram and visits only the bins they occupy.
 */
export class GradientSearch {
  readonly #binned: BinnedMatrix
  readonly #limits: GradientLimits
  readonly #categorical: CategoricalSearch
  readonly #scratch: Histogram
  readonly #marks: Int32Array
  readonly #list: Int32Array
  readonly #cut: Cut = { score: 0, at: -1, missingLeft: false }

  constructor(binned: BinnedMatrix, limits: GradientLimits, categorical: CategoricalLimits) {
    const total = binned.offsets[binned.columns]!
    let widest = 1
    for (let f = 0; f < binned.columns; f++)
      widest = Math.max(widest, binned.offsets[f + 1]! - binned.offsets[f]!)
    this.#binned = binned
    this.#limits = limits
    this.#categorical = new CategoricalSearch(widest, limits, categorical)
    this.#scratch = { sums: new Float64Array(total * 2), counts: new Int32Array(total) }
    this.#marks = new Int32Array(occupancyWords(widest))
    this.#list = new Int32Array(widest)
  }

  /** @returns null when no split wins more than the limits ask for */
  find(
    node: GradientSums,
    histogram: Histogram | null,
    gradients: Float64Array,
    rows: Int32Array,
    start: number,
    end: number,
    features: Int32Array,
  ): GradientSplit | null {
    const { lambda, alpha, minGain } = this.#limits
    const before = score(node.gradient, node.hessian, lambda, alpha)
    const needed = before + Math.max(minGain, 1e-9)
    let best: GradientSplit | null = null
    for (const feature of features) {
      const listed = histogram
        ? this.#listHistogram(histogram, feature)
        : this.#listRows(feature, gradients, rows, start, end)
      const from = histogram ?? this.#scratch
      if (listed > 1) best = this.#tryColumn(feature, listed, from, node, best, needed, before)
      if (!histogram) this.#clear(listed)
    }
    return best
  }

  #tryColumn(
    feature: number,
    listed: number,
    from: Histogram,
    node: GradientSums,
    best: GradientSplit | null,
    needed: number,
    before: number,
  ): GradientSplit | null {
    const threshold = best ? best.gain + before : needed
    const missing = this.#binned.missing[feature]!
    const hasMissing = missing >= 0 && this.#list[listed - 1] === missing
    const known = hasMissing ? listed - 1 : listed
    if (this.#binned.categorical[feature]) {
      const offset = this.#binned.offsets[feature]!
      const found = this.#categorical.find(this.#list, known, from, node, threshold, offset)
      if (!found) return best
      return {
        feature,
        lastLeftBin: -1,
        firstRightBin: -1,
        categories: found.categories,
        missingLeft: hasMissing ? false : null,
        gain: found.score - before,
        lambda: found.lambda,
      }
    }
    const cut = this.#cut
    cut.score = threshold
    cut.at = -1
    this.#scan(known, from, node, -1, hasMissing ? known : known - 1)
    if (hasMissing) this.#scan(known, from, node, missing, known - 1)
    if (cut.at < 0) return best
    return {
      feature,
      lastLeftBin: this.#list[cut.at]!,
      firstRightBin: cut.at + 1 < known ? this.#list[cut.at + 1]! : -1,
      categories: null,
      missingLeft: hasMissing ? cut.missingLeft : null,
      gain: cut.score - before,
      lambda: this.#limits.lambda,
    }
  }

  /** Tries a cut after each of the first `cuts` listed bins. @param missing the bin of the missing rows when they go left, else -1 */
  #scan(known: number, { sums, counts }: Histogram, node: GradientSums, missing: number, cuts: number): void {
    const { lambda, alpha, minHessian, minRows } = this.#limits
    const list = this.#list
    const { gradient, hessian, rows } = node
    let best = this.#cut.score
    let bestAt = -1
    let leftGradient = missing < 0 ? 0 : sums[missing * 2]!
    let leftHessian = missing < 0 ? 0 : sums[missing * 2 + 1]!
    let leftRows = missing < 0 ? 0 : counts[missing]!
    const last = Math.min(cuts, known)
    for (let i = 0; i < last; i++) {
      const bin = list[i]!
      leftGradient += sums[bin * 2]!
      leftHessian += sums[bin * 2 + 1]!
      leftRows += counts[bin]!
      if (leftHessian < minHessian || (minRows > 1 && leftRows < minRows)) continue
      const rightHessian = hessian - leftHessian
      if (rightHessian < minHessian || (minRows > 1 && rows - leftRows < minRows)) break
      const l = softened(leftGradient, alpha)
      const r = softened(gradient - leftGradient, alpha)
      const total = (l * l) / (leftHessian + lambda) + (r * r) / (rightHessian + lambda)
      if (total > best) {
        best = total
        bestAt = i
      }
    }
    if (bestAt < 0) return
    this.#cut.score = best
    this.#cut.at = bestAt
    this.#cut.missingLeft = missing >= 0
  }

  /** Lists the occupied bins of a column, missing values last. */
  #listHistogram({ sums }: Histogram, feature: number): number {
    const list = this.#list
    const end = this.#binned.offsets[feature + 1]!
    let listed = 0
    for (let bin = this.#binned.offsets[feature]!; bin < end; bin++)
      if (sums[bin * 2 + 1]! !== 0) list[listed++] = bin
    return listed
  }

  /** As `listHistogram`, after summing the node's rows into the scratch histogram. */
  #listRows(feature: number, gradients: Float64Array, rows: Int32Array, start: number, end: number): number {
    const { bins, columns, offsets } = this.#binned
    const { sums, counts } = this.#scratch
    const marks = this.#marks
    const offset = offsets[feature]!
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const bin = bins[row * columns + feature]!
      const local = bin - offset
      marks[local >>> 5]! |= 1 << (local & 31)
      sums[bin * 2]! += gradients[row * 2]!
      sums[bin * 2 + 1]! += gradients[row * 2 + 1]!
      counts[bin]!++
    }
    const listed = drainOccupied(marks, occupancyWords(offsets[feature + 1]! - offset), this.#list)
    for (let i = 0; i < listed; i++) this.#list[i]! += offset
    return listed
  }

  #clear(listed: number): void {
    const { sums, counts } = this.#scratch
    for (let i = 0; i < listed; i++) {
      const bin = this.#list[i]!
      sums[bin * 2] = 0
      sums[bin * 2 + 1] = 0
      counts[bin] = 0
    }
  }

  /** The raw value below which rows go left. @param between take the midpoint of the node's own neighbouring values, as `exact` does */
  threshold({ lastLeftBin, firstRightBin }: GradientSplit, between: boolean): number {
    const { highest, lowest, edge } = this.#binned
    if (lastLeftBin < 0 || firstRightBin < 0) return Infinity
    if (between) return midpoint(highest[lastLeftBin]!, lowest[firstRightBin]!)
    return edge[lastLeftBin]!
  }
}
