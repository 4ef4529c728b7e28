import { enlarged, NodeArrays } from './node-arrays.ts'
import { leaf } from './tree-ensemble.ts'

/** One tree while it grows, in the order in which nodes were split. Reused from tree to tree. */
export class TreeDraft extends NodeArrays {
  size = 0
  depth = new Int32Array(this.capacity)
  /** The rows of a node are `rows[rowStart … rowEnd)` of whoever grows the tree. */
  rowStart = new Int32Array(this.capacity)
  rowEnd = new Int32Array(this.capacity)
  /** By row of the matrix the leaf it fell into, or -1; only after `assignLeaves`. */
  leafOf = new Int32Array(0)

  clear(): void {
    this.size = 0
    this.categories.clear()
  }

  /** A new leaf; its cover and values are zero. */
  addNode(depth: number, rowStart: number, rowEnd: number): number {
    if (this.size === this.capacity) this.grow()
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

  /** @param rows as the tree has ordered them @param all rows of the matrix */
  assignLeaves(rows: Int32Array, all: number): void {
    if (this.leafOf.length < all) this.leafOf = new Int32Array(all)
    const { leafOf } = this
    leafOf.fill(-1)
    for (let node = 0; node < this.size; node++) {
      if (!this.isLeaf(node)) continue
      const end = this.rowEnd[node]!
      for (let i = this.rowStart[node]!; i < end; i++) leafOf[rows[i]!] = node
    }
  }

  protected override grow(): void {
    super.grow()
    this.depth = enlarged(this.depth, new Int32Array(this.capacity))
    this.rowStart = enlarged(this.rowStart, new Int32Array(this.capacity))
    this.rowEnd = enlarged(this.rowEnd, new Int32Array(this.capacity))
  }
}
