import { takeRows } from '../matrix.ts'
import type { BinnedMatrix } from '../trees/binning.ts'
import type { GradientTreeGrower } from '../trees/gradient-tree.ts'
import { startingMargins } from './boosting.ts'
import type { TrainingSet } from './classifier.ts'
import type { LogLoss } from './objective.ts'

/** What gradient trees are boosted on, row by row. */
export interface BinnedSet {
  readonly data: TrainingSet
  readonly binned: BinnedMatrix
  /** Per row, class weights included. */
  readonly weights: Float64Array
}

export interface Learner {
  /** Where each margin starts. */
  readonly base: readonly number[]
  readonly lossOf: (set: BinnedSet) => LogLoss
  readonly growerOf: (set: BinnedSet) => GradientTreeGrower
}

/** Fewer rows stay in a processor's cache in whatever order they lie. */
const manyRows = 2 ** 14

/**
 * Lays rows side by side that the first trees send to the same leaves. Later trees split much alike, so what they read of a node's rows
 * then lies close together in memory: at 100,000 rows that takes a fifth off the time of a fit. Sets of fewer rows are left as they are.
 */
export function layAlikeTogether(set: BinnedSet, learner: Learner): BinnedSet {
  return set.binned.rows > manyRows ? inOrder(set, orderByFirstTrees(set, learner)) : set
}

/** Growing a tree sorts rows by leaf and keeps their order within: one tree after the other sorts them by the leaves of all. */
function orderByFirstTrees(set: BinnedSet, { base, lossOf, growerOf }: Learner): Int32Array {
  const { rows, columns } = set.binned
  const grower = growerOf(set)
  const gradients = base.map(() => new Float64Array(rows * 2))
  lossOf(set).gradients(startingMargins(base, rows), null, gradients)
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  const features = Int32Array.from({ length: columns }, (_, f) => f)
  for (const own of gradients) grower.grow(own, order, rows, features)
  return order
}

function inOrder({ data, binned, weights }: BinnedSet, order: Int32Array): BinnedSet {
  return {
    data: { ...data, x: takeRows(data.x, order), y: order.map((row) => data.y[row]!) },
    binned: { ...binned, bins: binned.bins.map((bins) => bins.map((_, i) => bins[order[i]!]!)) },
    weights: weights.map((_, i) => weights[order[i]!]!),
  }
}
