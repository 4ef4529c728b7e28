import type { BinnedMatrix } from './binning.ts'
import type { TreeDraft } from './tree-draft.ts'

/** Where the rows of a node go, in bins. */
export interface BinSplit {
  readonly feature: number
  /** Bins up to this one go left; -1 for a split by categories. */
  readonly lastLeftBin: number
  /** For a split by categories: the codes that go left. */
  readonly categories: Uint32Array | null
  /** null where no row of the node misses the value: then the larger child takes those to come. */
  readonly missingLeft: boolean | null
}

/** Sorts `rows[start … end)` into left and right, keeping their order, and answers where the right ones start. */
export function partitionRows(
  binned: BinnedMatrix,
  split: BinSplit,
  rows: Int32Array,
  start: number,
  end: number,
  scratch: Int32Array,
): number {
  const { bins, columns, offsets, missing } = binned
  const { feature, categories } = split
  const lastLeft = categories ? -1 : split.lastLeftBin
  const missingBin = missing[feature]!
  const alsoLeft = split.missingLeft ? missingBin : -1
  const offset = offsets[feature]!
  let left = start
  let right = 0
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const bin = bins[row * columns + feature]!
    const goesLeft =
      bin <= lastLeft ||
      bin === alsoLeft ||
      (categories !== null && bin !== missingBin && inSet(categories, bin - offset))
    if (goesLeft) rows[left++] = row
    else scratch[right++] = row
  }
  for (let i = 0; i < right; i++) rows[left + i] = scratch[i]!
  return left
}

function inSet(set: Uint32Array, code: number): boolean {
  return ((set[code >>> 5] ?? 0) & (1 << (code & 31))) !== 0
}

/**
 * Writes the split of a node, and its two children, into the draft.
 * @param rightStart where the right child's rows start
 * @param threshold the one that holds for raw values
 */
export function recordSplit(
  draft: TreeDraft,
  node: number,
  split: BinSplit,
  rightStart: number,
  threshold: number,
  gain: number,
): void {
  const start = draft.rowStart[node]!
  const end = draft.rowEnd[node]!
  const depth = draft.depth[node]! + 1
  const missingLeft = split.missingLeft ?? rightStart - start >= end - rightStart
  if (split.categories) draft.splitCategories(node, split.feature, split.categories, missingLeft, gain)
  else draft.split(node, split.feature, threshold, missingLeft, gain)
  draft.addNode(depth, start, rightStart)
  draft.addNode(depth, rightStart, end)
}

/** The set of the codes `list[0 … length)` less `offset`. */
export function categorySet(list: Int32Array, length: number, offset: number): Uint32Array {
  let greatest = 0
  for (let i = 0; i < length; i++) greatest = Math.max(greatest, list[i]! - offset)
  const set = new Uint32Array((greatest >>> 5) + 1)
  for (let i = 0; i < length; i++) {
    const code = list[i]! - offset
    set[code >>> 5]! |= 1 << (code & 31)
  }
  return set
}
