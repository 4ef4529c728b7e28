import type { Matrix } from '../matrix.ts'
import { goesLeft, leaf, treeCount, type TreeEnsemble } from '../trees/tree-ensemble.ts'
import { gaussLegendre } from './gauss-legendre.ts'

/**
 * Path-dependent TreeSHAP: the Shapley values of the game in which an unknown feature sends a row down both branches, in
 * proportion to the training cover (Lundberg, Erion and Lee, 2018, https://arxiv.org/abs/1802.03888).
 *
 * The Shapley weight |S|!(M−|S|−1)!/M! is the integral of t^|S| (1−t)^(M−|S|−1) over [0, 1] (Owen, Multilinear extensions of games,
 * 1972). So a leaf of value v gives feature i on its path
 *   v (oᵢ − zᵢ) ∫ Π_{j≠i} (zⱼ (1−t) + oⱼ t) dt,
 * where zⱼ is the share of cover that follows the path at the splits by j, and oⱼ is 1 when the row follows it there, else 0. The integrand is a polynomial,
 * so a few Gauss–Legendre nodes are exact; every factor is positive, so a factor is taken out of the product by dividing. Products
 * run down the tree and sums of leaves run up, each node once (the order of work of Linear TreeShap, Yu et al., 2022,
 * https://arxiv.org/abs/2209.08192), and nothing is allocated per row or node.
 */
export class TreeShap {
  readonly #ensemble: TreeEnsemble
  readonly #columns: number
  readonly #parent: Int32Array
  /** The nearest node above that was also reached by a split of the same feature; -1 when there is none. */
  readonly #previous: Int32Array
  /** z of the feature whose split led here, all its splits on the path together. */
  readonly #share: Float64Array
  readonly #expected: Float64Array
  readonly #nodes: Float64Array
  readonly #weights: Float64Array
  readonly #follows: Uint8Array
  readonly #product: Float64Array
  readonly #sum: Float64Array

  constructor(ensemble: TreeEnsemble, columns: number) {
    const size = ensemble.feature.length
    this.#ensemble = ensemble
    this.#columns = columns
    this.#parent = new Int32Array(size).fill(-1)
    this.#previous = new Int32Array(size).fill(-1)
    this.#share = new Float64Array(size).fill(1)
    this.#expected = new Float64Array(treeCount(ensemble) * ensemble.outputs)
    const deepest = this.#linkPaths()
    const { nodes, weights } = gaussLegendre(Math.max(1, (deepest + 1) >> 1))
    this.#nodes = nodes
    this.#weights = weights
    let largest = 1
    for (let t = 0; t < treeCount(ensemble); t++)
      largest = Math.max(largest, ensemble.roots[t + 1]! - ensemble.roots[t]!)
    this.#follows = new Uint8Array(largest)
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

  /** Fills parent, previous, share and expectation; answers the greatest number of distinct features on a path. */
  #linkPaths(): number {
    const { roots, feature, left, cover, outputs, value } = this.#ensemble
    const weight = new Float64Array(feature.length)
    const distinct = new Int32Array(feature.length)
    let deepest = 0
    for (let tree = 0; tree < treeCount(this.#ensemble); tree++) {
      weight[roots[tree]!] = 1
      for (let node = roots[tree]!; node < roots[tree + 1]!; node++) {
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
          const share = total > 0 ? cover[child]! / total : 0.5
          this.#parent[child] = node
          this.#previous[child] = previous
          this.#share[child] = share * (previous < 0 ? 1 : this.#share[previous]!)
          weight[child] = weight[node]! * share
          distinct[child] = distinct[node]! + (previous < 0 ? 1 : 0)
        }
      }
    }
    return deepest
  }

  /** The node at or above `node` that a split by `f` led to. */
  #lastSplitBy(f: number, node: number): number {
    let at = node
    while (this.#parent[at]! >= 0) {
      if (this.#ensemble.feature[this.#parent[at]!] === f) return at
      at = this.#parent[at]!
    }
    return -1
  }

  /** Per node, whether the row follows the path there and Π (z (1−t) + o t) over the path's features, at each quadrature node t. */
  #descend(tree: number, data: Float64Array, start: number): void {
    const { roots, feature, threshold, left } = this.#ensemble
    const points = this.#nodes
    const count = points.length
    const product = this.#product
    const follows = this.#follows
    const root = roots[tree]!
    const end = roots[tree + 1]!
    product.fill(1, 0, count)
    for (let node = root; node < end; node++) {
      const f = feature[node]!
      if (f === leaf) continue
      const value = data[start + f]!
      const goes =
        value < threshold[node]! || (!(value >= threshold[node]!) && goesLeft(this.#ensemble, node, value))
      const first = left[node]!
      const previous = this.#previous[first]!
      const open = previous < 0 ? 1 : follows[previous - root]!
      const before = previous < 0 ? 1 : this.#share[previous]!
      const from = (node - root) * count
      for (let side = 0; side < 2; side++) {
        const child = first + side
        const one = open === 1 && goes === (side === 0) ? 1 : 0
        const zero = this.#share[child]!
        follows[child - root] = one
        const to = (child - root) * count
        for (let q = 0; q < count; q++) {
          const t = points[q]!
          const factor = zero * (1 - t) + one * t
          const replaced = previous < 0 ? 1 : before * (1 - t) + open * t
          product[to + q] = product[from + q]! * divided(factor, replaced)
        }
      }
    }
  }

  /** Sums v Π over the leaves below each edge, and gives each edge's feature its part. */
  #ascend(tree: number, out: Float64Array, at: number): void {
    const { roots, feature, left, outputs, value } = this.#ensemble
    const count = this.#nodes.length
    const width = count * outputs
    const product = this.#product
    const sum = this.#sum
    const root = roots[tree]!
    for (let node = roots[tree + 1]! - 1; node >= root; node--) {
      const to = (node - root) * width
      if (feature[node] === leaf) {
        const from = (node - root) * count
        for (let k = 0; k < outputs; k++) {
          const v = value[node * outputs + k]!
          for (let q = 0; q < count; q++) sum[to + k * count + q] = v * product[from + q]!
        }
      } else {
        const from = (left[node]! - root) * width
        for (let q = 0; q < width; q++) sum[to + q] = sum[from + q]! + sum[from + width + q]!
      }
      if (node > root) this.#credit(node, root, out, at)
    }
  }

  /** Credits the split above `node`; where the same feature split further up, that split's credit for these leaves is taken back. */
  #credit(node: number, root: number, out: Float64Array, at: number): void {
    const { outputs, feature } = this.#ensemble
    const count = this.#nodes.length
    const sum = this.#sum
    const from = (node - root) * count * outputs
    const f = feature[this.#parent[node]!]!
    const zero = this.#share[node]!
    const one = this.#follows[node - root]!
    const previous = this.#previous[node]!
    const before = previous < 0 ? 0 : this.#share[previous]!
    const open = previous < 0 ? 0 : this.#follows[previous - root]!
    for (let q = 0; q < count; q++) {
      const t = this.#nodes[q]!
      let scale = divided(one - zero, zero * (1 - t) + one * t)
      if (previous >= 0) scale -= divided(open - before, before * (1 - t) + open * t)
      scale *= this.#weights[q]!
      for (let k = 0; k < outputs; k++) out[at + k * this.#columns + f]! += scale * sum[from + k * count + q]!
    }
  }
}

/** A branch that no training row took and that this row does not take either counts for nothing. */
function divided(numerator: number, denominator: number): number {
  return denominator > 0 ? numerator / denominator : 0
}
