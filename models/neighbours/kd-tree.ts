import { type Matrix, row } from '../matrix.ts'

/**
 * A balanced k-d tree (Bentley 1975) with bounding boxes, as flat arrays. Node i has the children 2i + 1 and 2i + 2;
 * the nodes from `firstLeaf` on are leaves. Memory grows with the points, never with their pairs.
 *
 * Columns are held in order of falling variance, so that a distance under construction passes a bound early.
 */
export interface KdTree {
  readonly size: number
  readonly columns: number
  /** Points in tree order, `size × columns`, columns permuted. */
  readonly points: Float64Array
  /** Place in the tree → row of the matrix it was built on. */
  readonly rowAt: Int32Array
  readonly columnAt: Int32Array
  readonly firstLeaf: number
  readonly start: Int32Array
  readonly end: Int32Array
  /** `nodes × columns` each: the corners of the boxes. */
  readonly lower: Float64Array
  readonly upper: Float64Array
}

const leafSize = 16

/** @param x `n × d` without NaN, n ≥ 1 */
export function buildKdTree(x: Matrix): KdTree {
  const { rows, columns } = x
  const depth = Math.max(0, Math.ceil(Math.log2(rows / leafSize)))
  const nodes = 2 ** (depth + 1) - 1
  const firstLeaf = 2 ** depth - 1
  const columnAt = columnsByVariance(x)
  const rowAt = Int32Array.from({ length: rows }, (_, i) => i)
  const start = new Int32Array(nodes)
  const end = new Int32Array(nodes)
  end[0] = rows
  for (let node = 0; node < firstLeaf; node++) {
    const from = start[node]!
    const to = end[node]!
    const middle = (from + to) >> 1
    halve(x, rowAt, from, to, middle)
    start[2 * node + 1] = from
    end[2 * node + 1] = start[2 * node + 2] = middle
    end[2 * node + 2] = to
  }
  const points = new Float64Array(rows * columns)
  for (let place = 0; place < rows; place++)
    copyPermuted(row(x, rowAt[place]!), columnAt, points, place * columns)
  return {
    size: rows,
    columns,
    points,
    rowAt,
    columnAt,
    firstLeaf,
    start,
    end,
    ...boxes(points, columns, start, end),
  }
}

/** Writes one point into `target` in the tree's column order. */
export function copyPermuted(
  point: Float64Array,
  columnAt: Int32Array,
  target: Float64Array,
  offset = 0,
): void {
  for (let k = 0; k < columnAt.length; k++) target[offset + k] = point[columnAt[k]!]!
}

/** Squared distance from the point at `offset` of `queries` to the nearest place in a node's box. */
export function squaredDistanceToBox(
  tree: KdTree,
  node: number,
  queries: Float64Array,
  offset: number,
): number {
  const { columns, lower, upper } = tree
  let sum = 0
  for (let k = 0, at = node * columns; k < columns; k++, at++) {
    const value = queries[offset + k]!
    const gap = value < lower[at]! ? lower[at]! - value : value > upper[at]! ? value - upper[at]! : 0
    sum += gap * gap
  }
  return sum
}

/** Moves the lower half along the widest column before `middle` (Hoare's quickselect on an index). */
function halve(x: Matrix, rowAt: Int32Array, from: number, to: number, middle: number): void {
  const column = widestColumn(x, rowAt, from, to)
  const value = (place: number): number => x.data[rowAt[place]! * x.columns + column]!
  let low = from
  let high = to - 1
  while (low < high) {
    const pivot = value((low + high) >> 1)
    let i = low
    let j = high
    while (i <= j) {
      while (value(i) < pivot) i++
      while (value(j) > pivot) j--
      if (i > j) break
      const held = rowAt[i]!
      rowAt[i++] = rowAt[j]!
      rowAt[j--] = held
    }
    if (middle <= j) high = j
    else if (middle >= i) low = i
    else return
  }
}

function widestColumn(x: Matrix, rowAt: Int32Array, from: number, to: number): number {
  let widest = 0
  let width = -1
  for (let k = 0; k < x.columns; k++) {
    let low = Infinity
    let high = -Infinity
    for (let place = from; place < to; place++) {
      const value = x.data[rowAt[place]! * x.columns + k]!
      if (value < low) low = value
      if (value > high) high = value
    }
    if (high - low > width) {
      width = high - low
      widest = k
    }
  }
  return widest
}

function columnsByVariance(x: Matrix): Int32Array {
  const variance = Array.from({ length: x.columns }, (_, k) => {
    let sum = 0
    let squares = 0
    for (let i = 0; i < x.rows; i++) {
      const value = x.data[i * x.columns + k]!
      sum += value
      squares += value * value
    }
    return squares - (sum * sum) / x.rows
  })
  return Int32Array.from(variance.keys()).sort((a, b) => variance[b]! - variance[a]! || a - b)
}

function boxes(
  points: Float64Array,
  columns: number,
  start: Int32Array,
  end: Int32Array,
): { lower: Float64Array; upper: Float64Array } {
  const lower = new Float64Array(start.length * columns).fill(Infinity)
  const upper = new Float64Array(start.length * columns).fill(-Infinity)
  for (let node = 0; node < start.length; node++)
    for (let at = start[node]! * columns; at < end[node]! * columns; at += columns)
      for (let k = 0; k < columns; k++) {
        const value = points[at + k]!
        const corner = node * columns + k
        if (value < lower[corner]!) lower[corner] = value
        if (value > upper[corner]!) upper[corner] = value
      }
  return { lower, upper }
}
