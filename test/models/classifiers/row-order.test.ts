import { describe, expect, it } from 'vitest'

import { drawClasses } from '../../../bench/drawn-data.ts'
import { LogLoss } from '../../../models/classifiers/objective.ts'
import { layAlikeTogether, type BinnedSet, type Learner } from '../../../models/classifiers/row-order.ts'
import { createXgboost } from '../../../models/classifiers/xgboost.ts'
import { binMatrix, chooseBins, type BinnedMatrix } from '../../../models/trees/binning.ts'
import { GradientTreeGrower } from '../../../models/trees/gradient-tree.ts'
import { depthWise } from '../../../models/trees/growth/depth-wise.ts'
import { leafOf } from '../../../models/trees/tree-ensemble.ts'
import type { Matrix } from '../../../models/matrix.ts'
import type { FittedTreeClassifier } from '../../../models/classifiers/tree-classifier.ts'

const learner: Learner = {
  base: [0.5, 0.5, 0.5],
  lossOf: ({ data, weights }) => new LogLoss(data.y, 3, weights, 2),
  growerOf: ({ binned }) =>
    new GradientTreeGrower(
      binned,
      {
        limits: { lambda: 1, alpha: 0, minHessian: 1, minRows: 1, minGain: 1e-6 },
        categorical: { maxOneHot: 4, maxLeft: 64, smooth: 0, lambda: 0, minRowsPerGroup: 0 },
        maxDepth: 6,
        maxLeaves: 0,
        thresholdsBetween: false,
        pruneBelow: 0,
      },
      depthWise(),
    ),
}

function binned(x: Matrix): BinnedMatrix {
  return binMatrix(
    x,
    chooseBins(
      x,
      Array.from({ length: x.columns }, () => false),
      256,
    ),
  )
}

/** Weights say which row they belong to. */
function draw(rows: number): BinnedSet {
  const data = drawClasses(rows, 7)
  return {
    data,
    binned: binned(data.x),
    weights: Float64Array.from({ length: rows }, (_, i) => 1 + i / rows),
  }
}

describe('the order of rows', () => {
  const rows = 20_000
  const given = draw(rows)
  const set = layAlikeTogether(given, learner)

  it('keeps all that belongs to a row together, and every row once', () => {
    const origin = Array.from(set.weights, (weight) => Math.round((weight - 1) * rows))
    expect([...origin].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i))
    expect(Array.from(set.data.y)).toEqual(origin.map((row) => given.data.y[row]))
    const first = (x: Matrix, i: number): number => x.data[i * x.columns]!
    expect(origin.every((row, i) => first(set.data.x, i) === first(given.data.x, row))).toBe(true)
    expect(set.binned.bins).toEqual(binned(set.data.x).bins)
  })

  it('lays rows of the same leaf side by side', () => {
    const { ensemble } = createXgboost({ n_estimators: 1, eta: 1 }).fit(
      { ...given.data, weights: given.weights },
      { seed: 1 },
    ) as FittedTreeClassifier
    const { x } = set.data
    const root = ensemble.roots[2]!
    const leaves = Array.from({ length: rows }, (_, i) => leafOf(ensemble, root, x.data, i * x.columns))
    const changes = leaves.filter((leaf, i) => i > 0 && leaf !== leaves[i - 1]).length
    expect(changes).toBeLessThan(2 ** 6)
  })

  it('leaves few rows as they are', () => {
    const few = draw(500)
    expect(layAlikeTogether(few, learner)).toBe(few)
  })
})
