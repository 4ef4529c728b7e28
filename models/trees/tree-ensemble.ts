/**
 * Many decision trees in one set of arrays. Nodes of a tree are in breadth-first order, so children come after their parent and
 * the right child directly after the left one. A row goes left when its value is below the threshold, or its code is in the
 * category set; a missing value goes where training found it better.
 */
export interface TreeEnsemble extends TreePaths {
  /** What the split won, in the units of the growing algorithm. */
  readonly gain: Float32Array
  /** Weight of the training rows that reached the node. */
  readonly cover: Float32Array
}

/** All that says which leaf a row falls into, and what that leaf holds. */
export interface TreePaths {
  /** Numbers per leaf: 1 for boosted trees of one class each, the number of classes for trees that serve all of them. */
  readonly outputs: number
  /** First node of each tree, and the number of nodes at the end. */
  readonly roots: ArrayLike<number>
  /** Column of the split; -1 marks a leaf. */
  readonly feature: Int32Array
  /** NaN marks a split by categories. */
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly missingLeft: Uint8Array
  /** Codes that go left, for splits by categories. */
  readonly categories: ReadonlyMap<number, Uint32Array>
  /** `nodes × outputs`; 0 for inner nodes. */
  readonly value: Float64Array
}

export const leaf = -1

export function treeCount(ensemble: TreeEnsemble): number {
  return ensemble.roots.length - 1
}

export function hasCode(set: Uint32Array, code: number): boolean {
  return ((set[code >>> 5] ?? 0) & (1 << (code & 31))) !== 0
}

/** The leaf that the row starting at `x[start]` falls into. */
export function leafOf(ensemble: TreePaths, root: number, x: Float64Array, start: number): number {
  const { feature, threshold, left } = ensemble
  let node = root
  for (let f = feature[node]!; f !== leaf; f = feature[node]!) {
    const value = x[start + f]!
    const limit = threshold[node]!
    if (value < limit) node = left[node]!
    else if (value >= limit) node = left[node]! + 1
    else node = left[node]! + (goesLeftUnordered(ensemble, node, value) ? 0 : 1)
  }
  return node
}

/** Which way a row goes at an inner node. */
export function goesLeft(ensemble: TreePaths, node: number, value: number): boolean {
  const limit = ensemble.threshold[node]!
  return value < limit || (!(value >= limit) && goesLeftUnordered(ensemble, node, value))
}

/** Missing values and categories: neither is below or above anything. */
function goesLeftUnordered(ensemble: TreePaths, node: number, value: number): boolean {
  if (Number.isNaN(value)) return ensemble.missingLeft[node] === 1
  return hasCode(ensemble.categories.get(node)!, value)
}

/** Adds what tree `tree` says of row i of `x` and output k to `out[at + i × rowStride + k × outputStride]`. */
export function addTree(
  ensemble: TreePaths,
  tree: number,
  x: { readonly rows: number; readonly columns: number; readonly data: Float64Array },
  out: Float64Array,
  rowStride: number,
  at: number,
  outputStride = 1,
): void {
  const root = ensemble.roots[tree]!
  const { outputs, value } = ensemble
  for (let i = 0; i < x.rows; i++) {
    const node = leafOf(ensemble, root, x.data, i * x.columns) * outputs
    for (let k = 0; k < outputs; k++) out[at + i * rowStride + k * outputStride]! += value[node + k]!
  }
}
