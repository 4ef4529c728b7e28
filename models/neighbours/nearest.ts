import { type Matrix, row } from '../matrix.ts'
import { copyPermuted, type KdTree, squaredDistanceToBox } from './kd-tree.ts'

/** `rows × k` each, nearest first. With fewer than k points the rest is index −1 at distance infinity. */
export interface Neighbours {
  readonly k: number
  /** Rows of the matrix that the tree was built on. */
  readonly indices: Int32Array
  /** Euclidean */
  readonly distances: Float64Array
}

/** The k nearest points of the tree to each query. @param queries `m × d` without NaN */
export function nearestTo(tree: KdTree, queries: Matrix, k: number): Neighbours {
  const { rowAt, columnAt } = tree
  const found = emptyNeighbours(queries.rows, k)
  const point = new Float64Array(tree.columns)
  const search = createSearch(tree, k, point)
  for (let i = 0; i < queries.rows; i++) {
    copyPermuted(row(queries, i), columnAt, point)
    search.run(0, -1)
    search.copyTo(found, i, rowAt)
  }
  return found
}

/** The k nearest points of each point of the tree itself, without itself; rows in the original order. */
export function nearestOfEach(tree: KdTree, k: number): Neighbours {
  const { size, columns, points, rowAt } = tree
  const found = emptyNeighbours(size, k)
  const search = createSearch(tree, k, points)
  // In tree order, so that one search's points are still in the cache for the next.
  for (let place = 0; place < size; place++) {
    search.run(place * columns, place)
    search.copyTo(found, rowAt[place]!, rowAt)
  }
  return found
}

function emptyNeighbours(rows: number, k: number): Neighbours {
  return { k, indices: new Int32Array(rows * k), distances: new Float64Array(rows * k) }
}

/** Columns between two looks at whether a distance under construction is already too far. */
const stride = 6

interface Search {
  /** @param offset where the query starts in `queries` @param self a place to leave out, or −1 */
  run(offset: number, self: number): void
  copyTo(found: Neighbours, i: number, rowAt: Int32Array): void
}

function createSearch(tree: KdTree, k: number, queries: Float64Array): Search {
  const { columns, points, firstLeaf, start, end } = tree
  const places = new Int32Array(k)
  const squared = new Float64Array(k)
  const order = Int32Array.from({ length: k }, (_, q) => q)
  let offset = 0
  let self = -1
  let worst = Infinity

  /** Replaces the farthest of the k, which lies at the root of a heap. */
  const insert = (place: number, distance: number): void => {
    let at = 0
    for (let child = 1; child < k; child = 2 * at + 1) {
      if (child + 1 < k && squared[child + 1]! > squared[child]!) child++
      if (squared[child]! <= distance) break
      squared[at] = squared[child]!
      places[at] = places[child]!
      at = child
    }
    squared[at] = distance
    places[at] = place
    worst = squared[0]!
  }

  const scan = (leaf: number): void => {
    const last = end[leaf]!
    for (let place = start[leaf]!, at = place * columns; place < last; place++, at += columns) {
      let sum = 0
      for (let c = 0; c < columns && sum < worst;) {
        const stop = Math.min(c + stride, columns)
        for (; c < stop; c++) {
          const gap = queries[offset + c]! - points[at + c]!
          sum += gap * gap
        }
      }
      if (sum < worst && place !== self) insert(place, sum)
    }
  }

  const visit = (node: number): void => {
    if (node >= firstLeaf) {
      scan(node)
      return
    }
    const left = 2 * node + 1
    const toLeft = squaredDistanceToBox(tree, left, queries, offset)
    const toRight = squaredDistanceToBox(tree, left + 1, queries, offset)
    const leftFirst = toLeft <= toRight
    if ((leftFirst ? toLeft : toRight) < worst) visit(leftFirst ? left : left + 1)
    if ((leftFirst ? toRight : toLeft) < worst) visit(leftFirst ? left + 1 : left)
  }

  return {
    run(from, without) {
      offset = from
      self = without
      worst = Infinity
      squared.fill(Infinity)
      places.fill(-1)
      if (k > 0) visit(0)
    },
    copyTo({ indices, distances }, i, rowAt) {
      const ascending = order.sort((a, b) => squared[a]! - squared[b]! || places[a]! - places[b]!)
      for (let q = 0; q < k; q++) {
        const place = places[ascending[q]!]!
        indices[i * k + q] = place < 0 ? -1 : rowAt[place]!
        distances[i * k + q] = Math.sqrt(squared[ascending[q]!]!)
      }
    },
  }
}
