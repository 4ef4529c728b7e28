import type { Random } from '../random.ts'
import { midpoint, type BinnedMatrix } from './binning.ts'
import { GiniSearch } from './gini-search.ts'
import { partitionRows, recordSplit } from './partition.ts'
import { TreeDraft } from './tree-draft.ts'

export interface GiniTreeOptions {
  /** 0 = no limit. */
  readonly maxDepth: number
  /** Columns tried per node. */
  readonly maxFeatures: number
  readonly minSamplesSplit: number
  readonly minSamplesLeaf: number
}

/** Grows classification trees by Gini impurity (Breiman, Friedman, Olshen and Stone, 1984); a leaf holds the class shares. */
export class GiniTreeGrower {
  readonly draft: TreeDraft
  readonly #binned: BinnedMatrix
  readonly #y: Int32Array
  readonly #options: GiniTreeOptions
  readonly #search: GiniSearch
  readonly #scratch: Int32Array

  constructor(binned: BinnedMatrix, y: Int32Array, classes: number, options: GiniTreeOptions) {
    this.draft = new TreeDraft(classes)
    this.#binned = binned
    this.#y = y
    this.#options = options
    this.#search = new GiniSearch(binned, y, classes, options)
    this.#scratch = new Int32Array(binned.rows)
  }

  /** Grows one tree on `rows[0 … count)`, which it reorders, with one weight per row of the matrix. */
  grow(rows: Int32Array, count: number, weights: Float64Array, random: Random): TreeDraft {
    const { draft } = this
    draft.clear()
    draft.addNode(0, 0, count)
    for (let node = 0; node < draft.size; node++) this.#visit(node, rows, weights, random)
    return draft
  }

  /** Weighs the node's classes, then splits it where that purifies. */
  #visit(node: number, rows: Int32Array, weights: Float64Array, random: Random): void {
    const { draft } = this
    const { maxDepth, minSamplesSplit, minSamplesLeaf } = this.#options
    const start = draft.rowStart[node]!
    const end = draft.rowEnd[node]!
    const total = this.#weighClasses(node, rows, weights)
    draft.cover[node] = total
    const samples = end - start
    const mayShrink = samples >= minSamplesSplit && samples >= 2 * minSamplesLeaf
    if (!mayShrink || (maxDepth > 0 && draft.depth[node]! >= maxDepth)) return
    const split = this.#search.find(rows, start, end, weights, draft.value, node, total, random)
    if (!split) return
    const right = partitionRows(this.#binned, split, rows, start, end, this.#scratch)
    recordSplit(draft, node, split, right, this.#threshold(split), split.gain)
  }

  /** Fills the node's class shares and answers its weight. */
  #weighClasses(node: number, rows: Int32Array, weights: Float64Array): number {
    const { value, outputs, rowStart, rowEnd } = this.draft
    const at = node * outputs
    let total = 0
    for (let i = rowStart[node]!; i < rowEnd[node]!; i++) {
      const row = rows[i]!
      value[at + this.#y[row]!]! += weights[row]!
      total += weights[row]!
    }
    for (let k = 0; k < outputs; k++) value[at + k]! /= total
    return total
  }

  #threshold({ lastLeftBin, firstRightBin }: { lastLeftBin: number; firstRightBin: number }): number {
    if (lastLeftBin < 0 || firstRightBin < 0) return Infinity
    return midpoint(this.#binned.highest[lastLeftBin]!, this.#binned.lowest[firstRightBin]!)
  }
}
