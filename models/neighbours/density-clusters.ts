import { type Matrix, row, takeRows } from '../matrix.ts'
import { buildKdTree, copyPermuted, type KdTree } from './kd-tree.ts'
import { countWithin, createPointPool, forEachWithin } from './within-radius.ts'

export interface DensityClusters {
  /** n cluster numbers from 0 in order of their first core row; −1 = noise. */
  readonly labels: Int32Array
  /** Rows with at least `minPoints` rows, themselves included, within the radius; ascending. */
  readonly coreRows: Int32Array
}

/**
 * DBSCAN (Ester, Kriegel, Sander and Xu, KDD 1996). A border row between two clusters joins the one with the lower
 * number, as in scikit-learn.
 */
export function clusterByDensity(x: Matrix, radius: number, minPoints: number): DensityClusters {
  const squaredRadius = radius * radius
  const tree = buildKdTree(x)
  const isCore = new Uint8Array(x.rows)
  for (let place = 0; place < x.rows; place++) {
    const count = countWithin(tree, tree.points, place * x.columns, squaredRadius, minPoints)
    isCore[tree.rowAt[place]!] = count >= minPoints ? 1 : 0
  }
  const coreRows = Int32Array.from(isCore.keys()).filter((i) => isCore[i] === 1)
  const labels = new Int32Array(x.rows).fill(-1)
  if (coreRows.length === 0) return { labels, coreRows }

  const cores = buildKdTree(takeRows(x, coreRows))
  const coreLabels = connect(cores, squaredRadius)
  coreRows.forEach((i, c) => (labels[i] = coreLabels[c]!))
  const point = new Float64Array(x.columns)
  for (let i = 0; i < x.rows; i++) {
    if (isCore[i] === 1) continue
    copyPermuted(row(x, i), cores.columnAt, point)
    labels[i] = lowestLabelNear(cores, coreLabels, point, squaredRadius)
  }
  return { labels, coreRows }
}

/** Components of the core points, numbered by their first row. */
function connect(cores: KdTree, squaredRadius: number): Int32Array {
  const labels = new Int32Array(cores.size).fill(-1)
  const placeOf = new Int32Array(cores.size)
  cores.rowAt.forEach((core, place) => (placeOf[core] = place))
  const pool = createPointPool(cores)
  let cluster = 0
  for (let first = 0; first < cores.size; first++) {
    if (labels[first] !== -1) continue
    const frontier = [placeOf[first]!]
    labels[first] = cluster
    for (let place = frontier.pop(); place !== undefined; place = frontier.pop())
      pool.takeWithin(cores.points, place * cores.columns, squaredRadius, (taken) => {
        labels[cores.rowAt[taken]!] = cluster
        frontier.push(taken)
      })
    cluster++
  }
  return labels
}

function lowestLabelNear(
  cores: KdTree,
  coreLabels: Int32Array,
  point: Float64Array,
  squaredRadius: number,
): number {
  let lowest = -1
  forEachWithin(cores, point, 0, squaredRadius, (place) => {
    const label = coreLabels[cores.rowAt[place]!]!
    if (lowest === -1 || label < lowest) lowest = label
  })
  return lowest
}
