import { leaf } from './tree-ensemble.ts'

/** One tree while it grows, in the order in which nodes were split. Reused from tree to tree. */
export class TreeDraft {
  readonly outputs: number
  size = 0
  feature = new Int32Array(64)
  threshold = new Float64Array(64)
  left = new Int32Array(64)
  missingLeft = new Uint8Array(64)
  gain = new Float64Array(64)
  cover = new Float64Array(64)
  value: Float64Array
  depth = new Int32Array(64)
  /** The rows of a node are `rows[rowStart … rowEnd)` of whoever grows the tree. */
  rowStart = new Int32Array(64)
  rowEnd = new Int32Array(64)
  readonly categories = new Map<number, Uint32Array>()

  constructor(outputs: number) {
    this.outputs = outputs
    this.value = new Float64Array(64 * outputs)
  }

  clear(): void {
    this.size = 0
    this.categories.clear()
  }

  /** A new leaf; its cover and values are zero. */
  addNode(depth: number, rowStart: number, rowEnd: number): number {
    if (this.size === this.feature.length) this.#grow()
    const node = this.size++
    this.feature[node] = leaf
    this.gain[node] = 0
    this.cover[node] = 0
    this.depth[node] = depth
    this.rowStart[node] = rowStart
    this.rowEnd[node] = rowEnd
    this.value.fill(0, node * this.outputs, (node + 1) * this.outputs)
    return node
  }

  /** Turns a leaf into an inner node; the caller then adds its left and its right child, in this order. */
  split(node: number, feature: number, threshold: number, missingLeft: boolean, gain: number): void {
    this.feature[node] = feature
    this.threshold[node] = threshold
    this.missingLeft[node] = missingLeft ? 1 : 0
    this.gain[node] = gain
    this.left[node] = this.size
  }

  /** As `split`, by the codes in `set`. */
  splitCategories(node: number, feature: number, set: Uint32Array, missingLeft: boolean, gain: number): void {
    this.split(node, feature, NaN, missingLeft, gain)
    this.categories.set(node, set)
  }

  isLeaf(node: number): boolean {
    return this.feature[node] === leaf
  }

  /** Takes back the split of a node whose children are leaves; the children stay behind, without rows. */
  collapse(node: number): void {
    const left = this.left[node]!
    this.rowEnd[left] = this.rowStart[left]!
    this.rowEnd[left + 1] = this.rowStart[left + 1]!
    this.feature[node] = leaf
    this.gain[node] = 0
    this.categories.delete(node)
  }

  #grow(): void {
    const capacity = this.feature.length * 2
    this.feature = enlarged(this.feature, new Int32Array(capacity))
    this.threshold = enlarged(this.threshold, new Float64Array(capacity))
    this.left = enlarged(this.left, new Int32Array(capacity))
    this.missingLeft = enlarged(this.missingLeft, new Uint8Array(capacity))
    this.gain = enlarged(this.gain, new Float64Array(capacity))
    this.cover = enlarged(this.cover, new Float64Array(capacity))
    this.value = enlarged(this.value, new Float64Array(capacity * this.outputs))
    this.depth = enlarged(this.depth, new Int32Array(capacity))
    this.rowStart = enlarged(this.rowStart, new Int32Array(capacity))
    this.rowEnd = enlarged(this.rowEnd, new Int32Array(capacity))
  }
}

/** The larger array, filled with the smaller one. */
export function enlarged<T extends { set(from: ArrayLike<number>): void }>(
  from: ArrayLike<number>,
  into: T,
): T {
  into.set(from)
  return into
}
