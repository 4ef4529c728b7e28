import { type Matrix, matrix, row } from '../matrix.ts'
import { buildKdTree } from '../neighbours/kd-tree.ts'
import { type Neighbours, nearestOfEach, nearestTo } from '../neighbours/nearest.ts'
import { defineDetector, type DetectorCore } from './definition.ts'
import { packFloats, type PackedNumbers, unpackFloats } from './packed-array.ts'
import { shareOut } from './share-out.ts'

interface LofParams {
  readonly neighbours: number
}

interface LofState {
  readonly rows: number
  readonly columns: number
  readonly points: PackedNumbers
  readonly reach: PackedNumbers
  readonly density: PackedNumbers
}

/** What scoring needs of the training rows. */
interface Surroundings {
  readonly points: Matrix
  /** Distance of each point to its k-th neighbour. */
  readonly reach: Float64Array
  /** Local reachability density. */
  readonly density: Float64Array
}

/** Keeps a density finite among duplicates; the value of scikit-learn, for equal scores. */
const densityFloor = 1e-10

/**
 * Breunig, Kriegel, Ng and Sander, "LOF: Identifying Density-Based Local Outliers", SIGMOD 2000. About 1 amid
 * neighbours of equal density, more in thinner surroundings. The training scores leave each row out of its own
 * neighbourhood (outlier detection); `decisionFunction` takes every row as new (novelty detection).
 *
 * Contributions add up to the score: shared out in proportion to each feature's part of the squared distances to
 * the neighbours.
 */
export const lof = defineDetector<LofParams, LofState>({
  algorithm: 'lof',
  parameters: { neighbours: { default: 20, range: [1, 10_000], whole: true } },
  fit(x, { neighbours }) {
    const tree = buildKdTree(x)
    const near = nearestOfEach(tree, Math.min(neighbours, x.rows - 1))
    const reach = reachOf(near, x.rows)
    const density = densityOf(near, reach, x.rows)
    return {
      core: coreOf({ points: x, reach, density }, neighbours),
      trainingScores: ratios(near, density, density),
    }
  },
  load: ({ rows, columns, points, reach, density }, { neighbours }) =>
    coreOf(
      {
        points: matrix(rows, columns, unpackFloats(points)),
        reach: unpackFloats(reach),
        density: unpackFloats(density),
      },
      neighbours,
    ),
})

function coreOf({ points, reach, density }: Surroundings, neighbours: number): DetectorCore<LofState> {
  const tree = buildKdTree(points)
  // A single training row has no neighbours, but is one to every query.
  const k = Math.max(1, Math.min(neighbours, points.rows - 1))
  const scoreNear = (near: Neighbours, rows: number): Float64Array =>
    ratios(near, density, densityOf(near, reach, rows))
  return {
    score: (x) => scoreNear(nearestTo(tree, x, k), x.rows),
    explain(x) {
      const near = nearestTo(tree, x, k)
      const scores = scoreNear(near, x.rows)
      return { scores, contributions: shareOut(distanceParts(x, points, near), scores) }
    },
    toState: () => ({
      rows: points.rows,
      columns: points.columns,
      points: packFloats(points.data),
      reach: packFloats(reach),
      density: packFloats(density),
    }),
  }
}

function reachOf({ k, distances }: Neighbours, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => (k === 0 ? 0 : distances[i * k + k - 1]!))
}

function densityOf({ k, indices, distances }: Neighbours, reach: Float64Array, rows: number): Float64Array {
  const density = new Float64Array(rows).fill(1)
  for (let i = 0; i < rows && k > 0; i++) {
    let sum = 0
    for (let q = i * k; q < (i + 1) * k; q++) sum += Math.max(reach[indices[q]!]!, distances[q]!)
    density[i] = 1 / (sum / k + densityFloor)
  }
  return density
}

/** The mean density of the neighbours over a row's own; 1 without neighbours. */
function ratios({ k, indices }: Neighbours, density: Float64Array, own: Float64Array): Float64Array {
  return own.map((ownDensity, i) => {
    if (k === 0) return 1
    let sum = 0
    for (let q = i * k; q < (i + 1) * k; q++) sum += density[indices[q]!]!
    return sum / k / ownDensity
  })
}

function distanceParts(x: Matrix, points: Matrix, { k, indices }: Neighbours): Matrix {
  const parts = matrix(x.rows, x.columns)
  for (let i = 0; i < x.rows; i++)
    for (let q = i * k; q < (i + 1) * k; q++) {
      const neighbour = row(points, indices[q]!)
      for (let c = 0, at = i * x.columns; c < x.columns; c++, at++) {
        const gap = x.data[at]! - neighbour[c]!
        parts.data[at]! += gap * gap
      }
    }
  return parts
}
