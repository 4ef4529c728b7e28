import { leaf, type TreeEnsemble } from './tree-ensemble.ts'
import { enlarged, type TreeDraft } from './tree-draft.ts'

/** Collects finished trees; it is a valid ensemble at any time, so that rows can be sent down the newest tree. */
export class EnsembleBuilder implements TreeEnsemble {
  readonly outputs: number
  readonly roots: number[] = [0]
  readonly categories = new Map<number, Uint32Array>()
  feature = new Int32Array(1024)
  threshold = new Float64Array(1024)
  left = new Int32Array(1024)
  missingLeft = new Uint8Array(1024)
  gain = new Float32Array(1024)
  cover = new Float32Array(1024)
  value: Float64Array
  #order = new Int32Array(64)

  constructor(outputs: number) {
    this.outputs = outputs
    this.value = new Float64Array(1024 * outputs)
  }

  get trees(): number {
    return this.roots.length - 1
  }

  /** Copies a draft, breadth first, without what was collapsed. */
  append(draft: TreeDraft): void {
    const root = this.roots[this.trees]!
    while (root + draft.size > this.feature.length) this.#grow()
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
      gain: this.gain.slice(0, nodes),
      cover: this.cover.slice(0, nodes),
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

  #grow(): void {
    const capacity = this.feature.length * 2
    this.feature = enlarged(this.feature, new Int32Array(capacity))
    this.threshold = enlarged(this.threshold, new Float64Array(capacity))
    this.left = enlarged(this.left, new Int32Array(capacity))
    this.missingLeft = enlarged(this.missingLeft, new Uint8Array(capacity))
    this.gain = enlarged(this.gain, new Float32Array(capacity))
    this.cover = enlarged(this.cover, new Float32Array(capacity))
    this.value = enlarged(this.value, new Float64Array(capacity * this.outputs))
  }
}
