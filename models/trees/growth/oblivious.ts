import type { BinnedMatrix } from '../binning.ts'
import { LevelSearch, type LevelSplit } from '../level-search.ts'
import { partitionRows, type BinSplit } from '../partition.ts'
import { TreeDraft } from '../tree-draft.ts'

/** A split in terms of raw values. */
export interface RawSplit {
  readonly feature: number
  /** NaN for a split by categories. */
  readonly threshold: number
  readonly categories: Uint32Array | null
  readonly missingLeft: boolean
}

export interface ObliviousOptions {
  readonly depth: number
  /** L2 on leaf values. */
  readonly lambda: number
  readonly scoreFunction: 'Cosine' | 'L2'
}

/**
 * Grows oblivious trees: all nodes of a level share one split, so a tree of depth d has 2^d leaves (Prokhorenkova et al., 2018,
 * CatBoost). A leaf holds one Newton step per margin. Growth ends early when no split betters the score.
 */
export class ObliviousTreeGrower {
  readonly draft: TreeDraft
  readonly #weights: Float64Array
  readonly #options: ObliviousOptions
  readonly #search: LevelSearch
  readonly #scratch: Int32Array

  /** @param weights sample weight per row */
  constructor(binned: BinnedMatrix, weights: Float64Array, margins: number, options: ObliviousOptions) {
    this.draft = new TreeDraft(margins)
    this.#weights = weights
    this.#options = options
    this.#search = new LevelSearch(binned, margins, options)
    this.#scratch = new Int32Array(binned.rows)
  }

  /** Grows one tree on `rows[0 … count)`, which it reorders leaf by leaf. @param describe a split in terms of raw values */
  grow(
    binned: BinnedMatrix,
    gradients: readonly Float64Array[],
    rows: Int32Array,
    count: number,
    features: Int32Array,
    describe: (split: BinSplit) => RawSplit,
  ): TreeDraft {
    const { draft } = this
    draft.clear()
    draft.addNode(0, 0, count)
    this.#search.begin(gradients, this.#weights)
    let level = [0]
    for (let depth = 0; depth < this.#options.depth; depth++) {
      const split = this.#search.find(binned, rows, draft, level, features)
      if (!split) break
      level = this.#splitLevel(level, split, binned, rows, describe(split))
    }
    this.#settle(gradients, rows)
    draft.assignLeaves(rows, binned.rows)
    return draft
  }

  #splitLevel(
    level: readonly number[],
    split: LevelSplit,
    binned: BinnedMatrix,
    rows: Int32Array,
    raw: RawSplit,
  ): number[] {
    const { draft } = this
    return level.flatMap((node) => {
      const start = draft.rowStart[node]!
      const end = draft.rowEnd[node]!
      const middle = partitionRows(binned, split, rows, start, end, this.#scratch)
      const gain = split.gain / level.length
      if (raw.categories) draft.splitCategories(node, raw.feature, raw.categories, raw.missingLeft, gain)
      else draft.split(node, raw.feature, raw.threshold, raw.missingLeft, gain)
      const depth = draft.depth[node]! + 1
      return [draft.addNode(depth, start, middle), draft.addNode(depth, middle, end)]
    })
  }

  /** Covers of all nodes, and the Newton step of each leaf; 0 for a leaf without rows. */
  #settle(gradients: readonly Float64Array[], rows: Int32Array): void {
    const { draft } = this
    const { lambda } = this.#options
    for (let node = 0; node < draft.size; node++) {
      const start = draft.rowStart[node]!
      const end = draft.rowEnd[node]!
      for (let i = start; i < end; i++) draft.cover[node]! += this.#weights[rows[i]!]!
      if (!draft.isLeaf(node) || start === end) continue
      gradients.forEach((own, k) => {
        let gradient = 0
        let hessian = 0
        for (let i = start; i < end; i++) {
          gradient += own[rows[i]! * 2]!
          hessian += own[rows[i]! * 2 + 1]!
        }
        draft.value[node * draft.outputs + k] = -gradient / (hessian + lambda)
      })
    }
  }
}
