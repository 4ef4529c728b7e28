import { ModelInputError } from '../errors.ts'
import type { BinnedMatrix } from './binning.ts'
import { GradientSearch } from './gradient-search.ts'
import { leafValue, type CategoricalLimits, type GradientLimits } from './gradient-split.ts'
import type { Frontier, OpenNode } from './growth/frontier.ts'
import { accumulate, HistogramPool, pairBins, subtract, type BinPairs, type Histogram } from './histogram.ts'
import { hessianOf, mostPackedRows, PackedGradients } from './packed-gradients.ts'
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

/** Per column, so many rows for each bin make a histogram cheaper than visiting the occupied bins. */
const rowsPerBin = 0.5

/** Grows regression trees on gradients and hessians, one value per leaf, in the order that a frontier decides. */
export class GradientTreeGrower {
  readonly draft = new TreeDraft(1)
  readonly #binned: BinnedMatrix
  readonly #options: GradientTreeOptions
  readonly #frontier: Frontier
  readonly #packed: PackedGradients
  readonly #search: GradientSearch
  readonly #pairs: BinPairs | null
  readonly #pool: HistogramPool
  readonly #scratch: Int32Array
  /** L2 of leaves whose parent's split asked for another one than the limits. */
  readonly #lambdas = new Map<number, number>()
  /** Nodes of up to so many rows have no histogram. */
  readonly #fewRows: number

  /** @throws ModelInputError on more rows than can be packed */
  constructor(binned: BinnedMatrix, options: GradientTreeOptions, frontier: Frontier) {
    if (binned.rows > mostPackedRows)
      throw new ModelInputError(`Expected at most ${mostPackedRows} rows, got ${binned.rows}`)
    const total = binned.offsets[binned.columns]!
    this.#binned = binned
    this.#options = options
    this.#frontier = frontier
    this.#packed = new PackedGradients(binned.rows)
    this.#search = new GradientSearch(binned, this.#packed, options.limits, options.categorical)
    const fewRows = Math.max(16, (rowsPerBin * total) / binned.columns)
    this.#pairs = binned.rows > fewRows ? pairBins(binned) : null
    this.#fewRows = this.#pairs ? fewRows : Infinity
    this.#pool = new HistogramPool(total)
    this.#scratch = new Int32Array(binned.rows)
  }

  /**
   * Grows one tree on `rows[0 … count)`, which it reorders: afterwards each leaf's rows are `rows[rowStart … rowEnd)` of the draft.
   * @param gradients gradient and hessian per row of the matrix, interleaved
   * @param features the columns that may split
   */
  grow(gradients: Float64Array, rows: Int32Array, count: number, features: Int32Array): TreeDraft {
    const { draft } = this
    const frontier = this.#frontier
    draft.clear()
    frontier.clear()
    this.#lambdas.clear()
    const sum = this.#packed.pack(gradients, rows, count)
    this.#search.begin()
    draft.addNode(0, 0, count)
    this.#open(0, sum, this.#isWorthHistogram(0) ? this.#accumulate(0, rows) : null, rows, features)
    const { maxLeaves, pruneBelow } = this.#options
    for (let leaves = 1; maxLeaves === 0 || leaves < maxLeaves; leaves++) {
      const open = frontier.pop()
      if (!open) break
      this.#split(open, rows, features, leaves + 1 === maxLeaves)
    }
    for (let open = frontier.pop(); open; open = frontier.pop()) this.#release(open.histogram)
    if (pruneBelow > 0) this.#prune()
    this.#settle(gradients, rows)
    return draft
  }

  #split(open: OpenNode, rows: Int32Array, features: Int32Array, isLast: boolean): void {
    const { draft } = this
    const { node, split, histogram } = open
    const start = draft.rowStart[node]!
    const end = draft.rowEnd[node]!
    const middle = partitionRows(this.#binned, split, rows, start, end, this.#scratch)
    const threshold = this.#search.threshold(split, this.#options.thresholdsBetween)
    recordSplit(draft, node, split, middle, threshold, split.gain)
    const left = draft.left[node]!
    if (split.lambda !== this.#options.limits.lambda)
      this.#lambdas.set(left, split.lambda).set(left + 1, split.lambda)
    if (isLast) {
      this.#release(histogram)
      return
    }
    const leftIsSmaller = middle - start <= end - middle
    const [small, large] = leftIsSmaller
      ? this.#divide(histogram, left, left + 1, rows)
      : this.#divide(histogram, left + 1, left, rows)
    this.#open(left, split.leftSum, leftIsSmaller ? small : large, rows, features)
    this.#open(left + 1, open.sum - split.leftSum, leftIsSmaller ? large : small, rows, features)
  }

  /** Histograms of the smaller and the larger child, where they need one. Uses up the parent's. */
  #divide(
    histogram: Histogram | null,
    smaller: number,
    larger: number,
    rows: Int32Array,
  ): [Histogram | null, Histogram | null] {
    if (!histogram || !this.#isWorthHistogram(larger)) {
      this.#release(histogram)
      return [null, null]
    }
    const small = this.#accumulate(smaller, rows)
    if (small) subtract(histogram, small)
    if (this.#isWorthHistogram(smaller)) return [small, histogram]
    this.#release(small)
    return [null, histogram]
  }

  #isWorthHistogram(node: number): boolean {
    const { depth, rowStart, rowEnd } = this.draft
    const { maxDepth } = this.#options
    return (maxDepth === 0 || depth[node]! < maxDepth) && rowEnd[node]! - rowStart[node]! > this.#fewRows
  }

  /** Puts a leaf on the frontier when it can be split. @param sum packed, over its rows */
  #open(
    node: number,
    sum: number,
    histogram: Histogram | null,
    rows: Int32Array,
    features: Int32Array,
  ): void {
    const { maxDepth, limits } = this.#options
    const depth = this.draft.depth[node]!
    const start = this.draft.rowStart[node]!
    const end = this.draft.rowEnd[node]!
    const mayGrow =
      (maxDepth === 0 || depth < maxDepth) &&
      hessianOf(sum) * this.#packed.hessianUnit >= 2 * limits.minHessian &&
      end - start >= 2 * Math.max(1, limits.minRows)
    const split = mayGrow ? this.#search.find({ sum, histogram, rows, start, end }, features) : null
    if (split) this.#frontier.push({ node, sum, split, histogram })
    else this.#release(histogram)
  }

  #accumulate(node: number, rows: Int32Array): Histogram | null {
    if (!this.#pairs) return null
    const histogram = this.#pool.take()
    const { rowStart, rowEnd } = this.draft
    accumulate(histogram, this.#pairs, this.#packed.values, rows, rowStart[node]!, rowEnd[node]!)
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

  /** Leaf values and covers, from the gradients as they are: row after row, as they lie in memory. */
  #settle(gradients: Float64Array, rows: Int32Array): void {
    const { draft } = this
    draft.assignLeaves(rows, this.#binned.rows)
    const { leafOf, value, cover } = draft
    for (let row = 0; row < leafOf.length; row++) {
      const node = leafOf[row]!
      if (node < 0) continue
      value[node]! += gradients[row * 2]!
      cover[node]! += gradients[row * 2 + 1]!
    }
    const { lambda, alpha } = this.#options.limits
    for (let node = draft.size - 1; node >= 0; node--)
      if (draft.isLeaf(node))
        value[node] = leafValue(value[node]!, cover[node]!, this.#lambdas.get(node) ?? lambda, alpha)
      else cover[node] = cover[draft.left[node]!]! + cover[draft.left[node]! + 1]!
  }
}
