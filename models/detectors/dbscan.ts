import { type Matrix, matrix, row, takeRows } from '../matrix.ts'
import { clusterByDensity } from '../neighbours/density-clusters.ts'
import { buildKdTree } from '../neighbours/kd-tree.ts'
import { kneeIndex } from '../neighbours/knee.ts'
import { nearestOfEach, nearestTo } from '../neighbours/nearest.ts'
import { medianOf } from '../median.ts'
import { defineDetector, type DetectorCore } from './definition.ts'
import { packFloats, type PackedNumbers, unpackFloats } from './packed-array.ts'

interface DbscanParams {
  /** The radius; `knee` finds it on the curve of distances to the `minPoints`-th nearest row. */
  readonly eps: number | 'knee'
  readonly minPoints: number
}

interface DbscanState {
  readonly eps: number
  readonly rows: number
  readonly columns: number
  readonly cores: PackedNumbers
}

/**
 * DBSCAN as a detector: the score is the distance to the nearest core point, 0 for a core point itself. Where no row
 * has enough neighbours to be a core, the column medians stand in for one.
 *
 * Contributions add up to the score: each feature's part of the squared distance, divided by the distance.
 */
export const dbscan = defineDetector<DbscanParams, DbscanState>({
  algorithm: 'dbscan',
  parameters: {
    eps: { default: 'knee', range: [1e-12, 1e100], words: ['knee'] },
    minPoints: { default: 5, range: [1, 10_000], whole: true },
  },
  fit(x, params) {
    const eps = params.eps === 'knee' ? radiusAtKnee(x, params.minPoints) : params.eps
    const { coreRows } = clusterByDensity(x, eps, params.minPoints)
    const core = coreOf(coreRows.length > 0 ? takeRows(x, coreRows) : columnMedians(x), eps)
    return { core, trainingScores: core.score(x) }
  },
  load: ({ eps, rows, columns, cores }) => coreOf(matrix(rows, columns, unpackFloats(cores)), eps),
})

function coreOf(cores: Matrix, eps: number): DetectorCore<DbscanState> {
  const tree = buildKdTree(cores)
  return {
    score: (x) => nearestTo(tree, x, 1).distances,
    explain(x) {
      const { indices, distances } = nearestTo(tree, x, 1)
      const contributions = matrix(x.rows, x.columns)
      for (let i = 0; i < x.rows; i++) {
        const nearest = row(cores, indices[i]!)
        const distance = distances[i]!
        for (let k = 0, at = i * x.columns; k < x.columns && distance > 0; k++, at++)
          contributions.data[at] = (x.data[at]! - nearest[k]!) ** 2 / distance
      }
      return { scores: distances, contributions }
    },
    toState: () => ({ eps, rows: cores.rows, columns: cores.columns, cores: packFloats(cores.data) }),
  }
}

function radiusAtKnee(x: Matrix, minPoints: number): number {
  // A row counts itself among its `minPoints`.
  const k = Math.min(Math.max(minPoints - 1, 1), x.rows - 1)
  if (k === 0) return 1
  const { distances } = nearestOfEach(buildKdTree(x), k)
  const farthest = Float64Array.from({ length: x.rows }, (_, i) => distances[i * k + k - 1]!).sort()
  const radius = farthest[kneeIndex(farthest)]!
  // Among duplicates the knee may lie at 0: then the smallest distance that tells rows apart.
  return radius > 0 ? radius : (farthest.find((distance) => distance > 0) ?? 1)
}

function columnMedians(x: Matrix): Matrix {
  const column = (k: number): number[] => Array.from({ length: x.rows }, (_, i) => x.data[i * x.columns + k]!)
  return matrix(
    1,
    x.columns,
    Float64Array.from({ length: x.columns }, (_, k) => medianOf(column(k))),
  )
}
