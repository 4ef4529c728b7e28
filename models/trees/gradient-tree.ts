import type { BinnedMatrix } from './binning.ts'
import { GradientSearch } from './gradient-search.ts'
import {
  leafValue,
  type CategoricalLimits,
  type GradientLimits,
  type GradientSums,
} from './gradient-split.ts'
import type { Frontier, OpenNode } from './growth/frontier.ts'
import { accumulate, HistogramPool, subtract, type Histogram } from './histogram.ts'
import { partitionRows, recordSplit } from './partition.ts'
import { TreeDraft } from './tree-draft.ts'

export interface GradientTreeOptions {
  readonly limits: GradientLimits
  readonly categorical: CategoricalLimits
  /** 0 = no limit. */
  readonly maxDepth: number
  /** 0 = no limit. */
  readonly maxLeaves: number
  /** Thresholds halfway between the node's own values instead of at the edges of bins. */
  readonly thresholdsBetween: boolean
  /** A pair of leaves whose split won less is taken back when the tree is grown (XGBoost's `gamma`). */
  readonly pruneBelow: number
}

/** Per column, so many rows make a histogram cheaper than visiting the occupied bins. */
const rowsPerBin = 1

/** Grows regression trees on gradients and hessians, one value per leaf, in the order that a frontier decides. */
export class GradientTreeGrower {
  readonly draft = new TreeDraft(1)
  readonly #binned: BinnedMatrix
  readonly #options: GradientTreeOptions
  readonly #frontier: Frontier
  readonly #search: GradientSearch
  readonly #pool: HistogramPool
  readonly #scratch: Int32Array
  readonly #counting: boolean
  /** Nodes of up to so many rows have no histogram. */
  readonly #fewRows: number

  constructor(binned: BinnedMatrix, options: GradientTreeOptions, frontier: Frontier) {
    const total = binned.offsets[binned.columns]!
    this.#binned = binned
    this.#options = options
    this.#frontier = frontier
    this.#search = new GradientSearch(binned, options.limits, options.categorical)
    this.#pool = new HistogramPool(total)
    this.#scratch = new Int32Array(binned.rows)
    this.#counting = options.limits.minRows > 1 || binned.categorical.includes(true)
    this.#fewRows = Math.max(16, (rowsPerBin * total) / binned.columns)
  }

  /**
   * Grows one tree on `rows[0 … count)`, which it reorders: afterwards each leaf's rows are `rows[rowStart … rowEnd)` of the draft.
   * @param gradients gradient and hessian per row of the matrix, interleaved, in whole quanta
   * @param features the columns that may split
   */
  grow(gradients: Float64Array, rows: Int32Array, count: number, features: Int32Array): TreeDraft {
    const { draft } = this
    const frontier = this.#frontier
    draft.clear()
    frontier.clear()
    draft.addNode(0, 0, count)
    const sums = sumRows(gradients, rows, count)
    this.#settleLeaf(0, sums.gradient, sums.hessian, this.#options.limits.lambda)
    const histogram = count > this.#fewRows ? this.#accumulate(gradients, rows, 0, count) : null
    this.#open(0, sums, histogram, gradients, rows, features)
    const { maxLeaves } = this.#options
    for (let leaves = 1; maxLeaves === 0 || leaves < maxLeaves; leaves++) {
      const open = frontier.pop()
      if (!open) break
      this.#split(open, gradients, rows, features)
    }
    for (let open = frontier.pop(); open; open = frontier.pop()) this.#release(open.histogram)
    if (this.#options.pruneBelow > 0) this.#prune()
    return draft
  }

  #split(open: OpenNode, gradients: Float64Array, rows: Int32Array, features: Int32Array): void {
    const { draft } = this
    const { node, split } = open
    const start = draft.rowStart[node]!
    const end = draft.rowEnd[node]!
    const middle = partitionRows(this.#binned, split, rows, start, end, this.#scratch)
    const threshold = this.#search.threshold(split, this.#options.thresholdsBetween)
    recordSplit(draft, node, split, middle, threshold, split.gain)
    const left = draft.left[node]!
    const smaller = middle - start <= end - middle ? left : left + 1
    const sumsOfSmaller = sumRows(gradients, rows, draft.rowEnd[smaller]!, draft.rowStart[smaller])
    const sumsOfLarger = {
      gradient: open.gradient - sumsOfSmaller.gradient,
      hessian: open.hessian - sumsOfSmaller.hessian,
      rows: end - start - sumsOfSmaller.rows,
    }
    const larger = smaller === left ? left + 1 : left
    this.#settleLeaf(smaller, sumsOfSmaller.gradient, sumsOfSmaller.hessian, split.lambda)
    this.#settleLeaf(larger, sumsOfLarger.gradient, sumsOfLarger.hessian, split.lambda)
    const [small, large] = this.#divideHistogram(open, smaller, larger, gradients, rows)
    this.#open(smaller, sumsOfSmaller, small, gradients, rows, features)
    this.#open(larger, sumsOfLarger, large, gradients, rows, features)
  }

  /** Histograms of the smaller and the larger child, where they have enough rows to need one. Uses up the parent's. */
  #divideHistogram(
    { histogram, depth }: OpenNode,
    smaller: number,
    larger: number,
    gradients: Float64Array,
    rows: Int32Array,
  ): [Histogram | null, Histogram | null] {
    const { rowStart, rowEnd } = this.draft
    const sizeOf = (node: number): number => rowEnd[node]! - rowStart[node]!
    const { maxDepth } = this.#options
    if (!histogram || sizeOf(larger) <= this.#fewRows || (maxDepth > 0 && depth + 1 >= maxDepth)) {
      this.#release(histogram)
      return [null, null]
    }
    const small = this.#accumulate(gradients, rows, rowStart[smaller]!, rowEnd[smaller]!)
    subtract(histogram, small, this.#counting)
    if (sizeOf(smaller) > this.#fewRows) return [small, histogram]
    this.#release(small)
    return [null, histogram]
  }

  /** Puts a leaf on the frontier when it can be split. */
  #open(
    node: number,
    sums: GradientSums,
    histogram: Histogram | null,
    gradients: Float64Array,
    rows: Int32Array,
    features: Int32Array,
  ): void {
    const { draft } = this
    const { maxDepth, limits } = this.#options
    const depth = draft.depth[node]!
    const mayGrow =
      (maxDepth === 0 || depth < maxDepth) &&
      sums.hessian >= 2 * limits.minHessian &&
      sums.rows >= 2 * Math.max(1, limits.minRows)
    const split = mayGrow
      ? this.#search.find(
          sums,
          histogram,
          gradients,
          rows,
          draft.rowStart[node]!,
          draft.rowEnd[node]!,
          features,
        )
      : null
    if (split)
      this.#frontier.push({ node, depth, gradient: sums.gradient, hessian: sums.hessian, split, histogram })
    else this.#release(histogram)
  }

  #settleLeaf(node: number, gradient: number, hessian: number, lambda: number): void {
    this.draft.cover[node] = hessian
    this.draft.value[node] = leafValue(gradient, hessian, lambda, this.#options.limits.alpha)
  }

  #accumulate(gradients: Float64Array, rows: Int32Array, start: number, end: number): Histogram {
    const histogram = this.#pool.take()
    accumulate(histogram, this.#binned, gradients, rows, start, end, this.#counting)
    return histogram
  }

  #release(histogram: Histogram | null): void {
    if (histogram) this.#pool.give(histogram)
  }

  /** Children come after their parents, so going backwards meets every pair before the pair above it. */
  #prune(): void {
    const { draft } = this
    for (let node = draft.size - 1; node >= 0; node--) {
      if (draft.isLeaf(node) || draft.gain[node]! >= this.#options.pruneBelow) continue
      const left = draft.left[node]!
      if (draft.isLeaf(left) && draft.isLeaf(left + 1)) draft.collapse(node)
    }
  }
}

function sumRows(gradients: Float64Array, rows: Int32Array, end: number, start = 0): GradientSums {
  let gradient = 0
  let hessian = 0
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    gradient += gradients[row * 2]!
    hessian += gradients[row * 2 + 1]!
  }
  return { gradient, hessian, rows: end - start }
}
