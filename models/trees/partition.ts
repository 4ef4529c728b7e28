import type { BinnedMatrix } from './binning.ts'
import type { TreeDraft } from './tree-draft.ts'
import { hasCode } from './tree-ensemble.ts'

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
  const { feature, lastLeftBin } = split
  const bins = binned.bins[feature]!
  const alsoLeft = split.missingLeft ? binned.missing[feature]! : -1
  if (split.categories) return partitionBySet(binned, split, split.categories, rows, start, end, scratch)
  const beyond = lastLeftBin + 1
  let lefts = start
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const bin = bins[row]!
    // Written to both sides and kept on one: a branch here would be mispredicted every other time.
    const goesLeft = ((bin - beyond) >>> 31) | Number(bin === alsoLeft)
    rows[lefts] = row
    scratch[i - lefts] = row
    lefts += goesLeft
  }
  rows.set(scratch.subarray(0, end - lefts), lefts)
  return lefts
}

function partitionBySet(
  binned: BinnedMatrix,
  { feature, missingLeft }: BinSplit,
  categories: Uint32Array,
  rows: Int32Array,
  start: number,
  end: number,
  scratch: Int32Array,
): number {
  const bins = binned.bins[feature]!
  const offset = binned.offsets[feature]!
  const missing = binned.missing[feature]!
  let lefts = start
  let rights = 0
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const bin = bins[row]!
    const goesLeft = bin === missing ? missingLeft === true : hasCode(categories, bin - offset)
    if (goesLeft) rows[lefts++] = row
    else scratch[rights++] = row
  }
  for (let i = 0; i < rights; i++) rows[lefts + i] = scratch[i]!
  return lefts
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
