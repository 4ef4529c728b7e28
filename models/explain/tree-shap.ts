import type { Matrix } from '../matrix.ts'
import { goesLeft, leaf, treeCount, type TreeEnsemble } from '../trees/tree-ensemble.ts'
import { gaussLegendre } from './gauss-legendre.ts'

/**
 * Path-dependent TreeSHAP: the Shapley values of the game in which an unknown feature sends a row down both branches, in
 * proportion to the training cover (Lundberg, Erion and Lee, 2018, https://arxiv.org/abs/1802.03888).
 *
 * The Shapley weight |S|!(M−|S|−1)!/M! is the integral of t^|S| (1−t)^(M−|S|−1) over [0, 1] (Owen, Multilinear extensions of games,
 * 1972). So a leaf of value v gives feature i on its path
 *   v (oᵢ − zᵢ) ∫ Π_{j≠i} pⱼ dt,  pⱼ = zⱼ (1−t) + oⱼ t,
 * where zⱼ is the share of cover that follows the path at the splits by j, and oⱼ is 1 when the row follows it there, else 0: pⱼ is the chance
 * to follow it when j is known with chance t. As oᵢ − zᵢ = (oᵢ − pᵢ) / (1−t), that is
 *   v ∫ (oᵢ/pᵢ − 1) Π pⱼ dt / (1−t),
 * and leaves below a branch that the row does not take need no division. The integrand is a polynomial, so a few Gauss–Legendre nodes
 * are exact. Products run down the tree and sums of leaves run up, each node once (the order of work of Linear TreeShap, Yu et al., 2022,
 * https://arxiv.org/abs/2209.08192), and nothing is allocated per row or node.
 */
export class TreeShap {
  readonly #ensemble: TreeEnsemble
  readonly #columns: number
  readonly #parent: Int32Array
  /** The nearest node above that was also reached by a split of the same feature; the tree's root when there is none. */
  readonly #previous: Int32Array
  /** The share of the parent's cover. */
  readonly #part: Float64Array
  /** z of the feature whose split led here, all its splits on the path together; 1 at roots. */
  readonly #share: Float64Array
  readonly #expected: Float64Array
  /** Per quadrature node: t, 1 − t, and the weight over 1 − t. */
  readonly #known: Float64Array
  readonly #unknown: Float64Array
  readonly #weights: Float64Array
  /** Per node of the tree, whether the row follows the path at all splits of the feature that led there. */
  readonly #follows: Uint8Array
  /** Per node that the row follows to and quadrature node: 1 / p of the feature that led there. */
  readonly #certainty: Float64Array
  readonly #product: Float64Array
  readonly #sum: Float64Array

  constructor(ensemble: TreeEnsemble, columns: number) {
    const size = ensemble.feature.length
    this.#ensemble = ensemble
    this.#columns = columns
    this.#parent = new Int32Array(size).fill(-1)
    this.#previous = new Int32Array(size)
    this.#part = new Float64Array(size).fill(1)
    this.#share = new Float64Array(size).fill(1)
    this.#expected = new Float64Array(treeCount(ensemble) * ensemble.outputs)
    const deepest = this.#linkPaths()
    const { nodes, weights } = gaussLegendre(Math.max(1, (deepest + 1) >> 1))
    this.#known = nodes
    this.#unknown = nodes.map((t) => 1 - t)
    this.#weights = weights.map((weight, q) => weight / this.#unknown[q]!)
    let largest = 1
    for (let t = 0; t < treeCount(ensemble); t++)
      largest = Math.max(largest, ensemble.roots[t + 1]! - ensemble.roots[t]!)
    this.#follows = new Uint8Array(largest)
    this.#certainty = new Float64Array(largest * nodes.length)
    this.#product = new Float64Array(largest * nodes.length)
    this.#sum = new Float64Array(largest * nodes.length * ensemble.outputs)
  }

  /** What tree `tree` says on average over its training rows. */
  expected(tree: number, output: number): number {
    return this.#expected[tree * this.#ensemble.outputs + output]!
  }

  /** Adds the Shapley values of tree `tree` for row `i` of `x` to `out[at + output × columns + feature]`. */
  addTree(tree: number, x: Matrix, i: number, out: Float64Array, at: number): void {
    this.#descend(tree, x.data, i * x.columns)
    this.#ascend(tree, out, at)
  }

  /** Fills parent, previous, part, share and expectation; answers the greatest number of distinct features on a path. */
  #linkPaths(): number {
    const { roots, feature, left, cover, outputs, value } = this.#ensemble
    const weight = new Float64Array(feature.length)
    const distinct = new Int32Array(feature.length)
    let deepest = 0
    for (let tree = 0; tree < treeCount(this.#ensemble); tree++) {
      const root = roots[tree]!
      weight[root] = 1
      for (let node = root; node < roots[tree + 1]!; node++) {
        const f = feature[node]!
        if (f === leaf) {
          deepest = Math.max(deepest, distinct[node]!)
          for (let k = 0; k < outputs; k++)
            this.#expected[tree * outputs + k]! += weight[node]! * value[node * outputs + k]!
          continue
        }
        const first = left[node]!
        const total = cover[first]! + cover[first + 1]!
        const previous = this.#lastSplitBy(f, node)
        for (let child = first; child <= first + 1; child++) {
          const part = total > 0 ? cover[child]! / total : 0.5
          this.#parent[child] = node
          this.#previous[child] = previous
          this.#part[child] = part
          this.#share[child] = part * this.#share[previous]!
          weight[child] = weight[node]! * part
          distinct[child] = distinct[node]! + (previous === root ? 1 : 0)
        }
      }
    }
    return deepest
  }

  /** The node at or above `node` that a split by `f` led to; else the root. */
  #lastSplitBy(f: number, node: number): number {
    let at = node
    while (this.#parent[at]! >= 0 && this.#ensemble.feature[this.#parent[at]!] !== f) at = this.#parent[at]!
    return at
  }

  /** Per node, whether the row follows the path there, and the weighted product of the path's p at each quadrature node. */
  #descend(tree: number, data: Float64Array, start: number): void {
    const { roots, feature, left } = this.#ensemble
    const follows = this.#follows
    const product = this.#product
    const count = this.#weights.length
    const root = roots[tree]!
    const end = roots[tree + 1]!
    follows[0] = 1
    this.#certainty.fill(1, 0, count)
    product.set(this.#weights)
    for (let node = root; node < end; node++) {
      const f = feature[node]!
      if (f === leaf) continue
      const first = left[node]!
      const goes = goesLeft(this.#ensemble, node, data[start + f]!) ? 0 : 1
      const open = follows[this.#previous[first]! - root]!
      follows[first + goes - root] = open
      follows[first + 1 - goes - root] = 0
      if (open) this.#divide(node, first + goes, first + 1 - goes, root)
      else {
        const from = (node - root) * count
        const to = (first - root) * count
        const part = this.#part[first]!
        const rest = this.#part[first + 1]!
        for (let q = 0; q < count; q++) {
          product[to + q] = product[from + q]! * part
          product[to + count + q] = product[from + q]! * rest
        }
      }
    }
  }

  /** The products of a node's children, where the row has followed all splits by the node's feature so far. */
  #divide(node: number, taken: number, other: number, root: number): void {
    const product = this.#product
    const certainty = this.#certainty
    const count = this.#weights.length
    const before = (this.#previous[taken]! - root) * count
    const from = (node - root) * count
    const toTaken = (taken - root) * count
    const toOther = (other - root) * count
    const known = this.#known
    const unknown = this.#unknown
    const share = this.#share[taken]!
    const otherShare = this.#share[other]!
    for (let q = 0; q < count; q++) {
      const others = product[from + q]! * certainty[before + q]!
      const p = share * unknown[q]! + known[q]!
      certainty[toTaken + q] = 1 / p
      product[toTaken + q] = others * p
      product[toOther + q] = others * otherShare * unknown[q]!
    }
  }

  /** Sums v Π over the leaves below each node, and gives each split's feature its part. */
  #ascend(tree: number, out: Float64Array, at: number): void {
    const { roots, feature, left, outputs, value } = this.#ensemble
    const count = this.#weights.length
    const width = count * outputs
    const product = this.#product
    const sum = this.#sum
    const follows = this.#follows
    const root = roots[tree]!
    for (let node = roots[tree + 1]! - 1; node >= root; node--) {
      const to = (node - root) * width
      if (feature[node] === leaf) {
        const from = (node - root) * count
        for (let k = 0; k < outputs; k++) {
          const v = value[node * outputs + k]!
          for (let q = 0; q < count; q++) sum[to + k * count + q] = v * product[from + q]!
        }
        continue
      }
      const first = left[node]!
      const from = (first - root) * width
      for (let q = 0; q < width; q++) sum[to + q] = sum[from + q]! + sum[from + width + q]!
      const taken = first + 1 - follows[first - root]!
      if (follows[taken - root]) this.#credit(node, taken, root, out, at)
    }
  }

  /**
   * Credits a split with o/p − 1 of its feature over the leaves below; where the feature split further up, with what changes by this
   * split: nothing unless the row followed it so far.
   */
  #credit(node: number, taken: number, root: number, out: Float64Array, at: number): void {
    const { outputs, feature } = this.#ensemble
    const sum = this.#sum
    const certainty = this.#certainty
    const count = this.#weights.length
    const now = (taken - root) * count
    const before = (this.#previous[taken]! - root) * count
    for (let k = 0; k < outputs; k++) {
      const below = ((taken - root) * outputs + k) * count
      const all = ((node - root) * outputs + k) * count
      let credit = 0
      for (let q = 0; q < count; q++)
        credit += certainty[now + q]! * sum[below + q]! - certainty[before + q]! * sum[all + q]!
      out[at + k * this.#columns + feature[node]!]! += credit
    }
  }
}
