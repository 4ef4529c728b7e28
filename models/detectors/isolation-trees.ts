import type { Matrix } from '../matrix.ts'
import type { Random } from '../random.ts'

export interface IsolationForestParams {
  readonly trees: number
  readonly sampleSize: number
}

/** All trees in one set of arrays; the right child is `left + 1`, a leaf has feature −1. */
export interface IsolationForest {
  readonly roots: Int32Array
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  /** The path length that a row at this node can expect: exact in a leaf, the mean over its rows above. */
  readonly pathLength: Float64Array
  /** Rows that each tree was grown on. */
  readonly sampleSize: number
}

export function growForest(
  x: Matrix,
  params: IsolationForestParams,
  random: Random,
  onProgress?: (fraction: number) => void,
): IsolationForest {
  const sampleSize = Math.min(params.sampleSize, x.rows)
  const order = Int32Array.from({ length: x.rows }, (_, i) => i)
  const roots = new Int32Array(params.trees)
  const nodes: Nodes = { feature: [], threshold: [], left: [], pathLength: [] }
  for (let tree = 0; tree < params.trees; tree++) {
    drawToFront(order, sampleSize, random)
    roots[tree] = nodes.feature.length
    growTree(nodes, x, order.slice(0, sampleSize), random)
    onProgress?.((tree + 1) / params.trees)
  }
  return {
    roots,
    feature: Int32Array.from(nodes.feature),
    threshold: Float64Array.from(nodes.threshold),
    left: Int32Array.from(nodes.left),
    pathLength: Float64Array.from(nodes.pathLength),
    sampleSize,
  }
}

interface Nodes {
  readonly feature: number[]
  readonly threshold: number[]
  readonly left: number[]
  readonly pathLength: number[]
}

function growTree(nodes: Nodes, x: Matrix, rows: Int32Array, random: Random): void {
  const depthLimit = Math.ceil(Math.log2(rows.length))

  const addLeaf = (): number => {
    nodes.feature.push(-1)
    nodes.threshold.push(0)
    nodes.left.push(0)
    return nodes.pathLength.push(0) - 1
  }

  /** Grows below `node` and returns its expected path length. */
  const grow = (node: number, start: number, end: number, depth: number): number => {
    const split = depth < depthLimit && end - start > 1 ? drawSplit(x, rows, start, end, random) : null
    if (split === null) return (nodes.pathLength[node] = depth + averagePathLength(end - start))
    const middle = partition(x, rows, start, end, split)
    const left = addLeaf()
    addLeaf()
    nodes.feature[node] = split.feature
    nodes.threshold[node] = split.threshold
    nodes.left[node] = left
    const below = grow(left, start, middle, depth + 1)
    const above = grow(left + 1, middle, end, depth + 1)
    const share = (middle - start) / (end - start)
    return (nodes.pathLength[node] = share * below + (1 - share) * above)
  }
  grow(addLeaf(), 0, rows.length, 0)
}

interface Split {
  readonly feature: number
  readonly threshold: number
}

/** A random feature that still varies, cut uniformly between its extremes; null when all rows are equal. */
function drawSplit(x: Matrix, rows: Int32Array, start: number, end: number, random: Random): Split | null {
  const first = random.below(x.columns)
  for (let step = 0; step < x.columns; step++) {
    // Uniform while features vary, which is nearly always; a constant one passes its turn to its neighbour.
    const feature = (first + step) % x.columns
    let low = Infinity
    let high = -Infinity
    for (let i = start; i < end; i++) {
      const value = x.data[rows[i]! * x.columns + feature]!
      if (value < low) low = value
      if (value > high) high = value
    }
    if (low < high) {
      const threshold = low + random.next() * (high - low)
      // Left is `< threshold`: a cut at the minimum, by chance or by rounding, would leave it empty.
      return { feature, threshold: threshold > low ? threshold : high }
    }
  }
  return null
}

function partition(
  x: Matrix,
  rows: Int32Array,
  start: number,
  end: number,
  { feature, threshold }: Split,
): number {
  let middle = start
  for (let i = start; i < end; i++) {
    const candidate = rows[i]!
    if (x.data[candidate * x.columns + feature]! >= threshold) continue
    rows[i] = rows[middle]!
    rows[middle++] = candidate
  }
  return middle
}

/** The first `count` steps of Fisher and Yates: a sample without replacement, at the front. */
function drawToFront(order: Int32Array, count: number, random: Random): void {
  for (let i = 0; i < count; i++) {
    const j = i + random.below(order.length - i)
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
}

const eulerGamma = 0.5772156649015329

/** c(n) of the paper: the mean length of an unsuccessful search in a binary tree of n rows. */
export function averagePathLength(rows: number): number {
  if (rows <= 1) return 0
  if (rows === 2) return 1
  return 2 * (Math.log(rows - 1) + eulerGamma) - (2 * (rows - 1)) / rows
}
