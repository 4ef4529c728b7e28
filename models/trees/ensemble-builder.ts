import { NodeArrays } from './node-arrays.ts'
import type { TreeDraft } from './tree-draft.ts'
import { leaf, type TreeEnsemble, type TreePaths } from './tree-ensemble.ts'

/** Collects finished trees; rows can be sent down the newest one at any time. */
export class EnsembleBuilder extends NodeArrays implements TreePaths {
  readonly roots: number[] = [0]
  #order = new Int32Array(64)

  get trees(): number {
    return this.roots.length - 1
  }

  /** Copies a draft, breadth first, without what was collapsed. */
  append(draft: TreeDraft): void {
    const root = this.roots[this.trees]!
    while (root + draft.size > this.capacity) this.grow()
    if (this.#order.length < draft.size) this.#order = new Int32Array(draft.size * 2)
    const order = this.#order
    order[0] = 0
    let seen = 1
    for (let i = 0; i < seen; i++) {
      const from = order[i]!
      this.#copy(draft, from, root + i)
      if (draft.isLeaf(from)) continue
      this.left[root + i] = root + seen
      order[seen++] = draft.left[from]!
      order[seen++] = draft.left[from]! + 1
    }
    this.roots.push(root + seen)
  }

  /** An ensemble of the first `trees` trees, in arrays of its own. */
  build(trees = this.trees): TreeEnsemble {
    const nodes = this.roots[trees]!
    return {
      outputs: this.outputs,
      roots: Int32Array.from(this.roots.slice(0, trees + 1)),
      feature: this.feature.slice(0, nodes),
      threshold: this.threshold.slice(0, nodes),
      left: this.left.slice(0, nodes),
      missingLeft: this.missingLeft.slice(0, nodes),
      categories: new Map([...this.categories].filter(([node]) => node < nodes)),
      gain: Float32Array.from(this.gain.subarray(0, nodes)),
      cover: Float32Array.from(this.cover.subarray(0, nodes)),
      value: this.value.slice(0, nodes * this.outputs),
    }
  }

  #copy(draft: TreeDraft, from: number, to: number): void {
    const { outputs } = this
    this.feature[to] = draft.feature[from]!
    this.cover[to] = draft.cover[from]!
    if (draft.feature[from] === leaf) {
      for (let k = 0; k < outputs; k++) this.value[to * outputs + k] = draft.value[from * outputs + k]!
      return
    }
    this.threshold[to] = draft.threshold[from]!
    this.missingLeft[to] = draft.missingLeft[from]!
    this.gain[to] = draft.gain[from]!
    const set = draft.categories.get(from)
    if (set) this.categories.set(to, set)
  }
}
