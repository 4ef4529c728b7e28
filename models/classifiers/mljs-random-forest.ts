import { RandomForestClassifier } from 'ml-random-forest'

import { ModelInputError } from '../errors.ts'
import { matrix, row, type Matrix } from '../matrix.ts'
import { EnsembleBuilder } from '../trees/ensemble-builder.ts'
import { TreeDraft } from '../trees/tree-draft.ts'
import type { Classifier, FitOptions, Params, TrainingSet } from './classifier.ts'
import { knownCategories } from './known-categories.ts'
import { settle, share, whole, type Settled } from './parameters.ts'
import { expectTrainable } from './training-set.ts'
import { fittedTrees, type FittedTreeClassifier } from './tree-classifier.ts'

/** Named as in scikit-learn, with ml-random-forest's defaults; `max_features` is drawn once per tree there. */
const table = {
  n_estimators: whole(50, 1, 10_000),
  max_features: share(1),
  max_depth: whole(0, 0),
}

/** The nodes that ml-random-forest 2.1.0 writes. */
interface MljsNode {
  readonly splitColumn?: number
  readonly splitValue?: number
  readonly gain?: number
  readonly left?: MljsNode
  readonly right?: MljsNode
  readonly distribution?: readonly (readonly number[])[]
}

interface MljsForest {
  train(rows: number[][], labels: number[]): void
  toJSON(): unknown
}

interface MljsModel {
  readonly baseModel: {
    readonly indexes: readonly (readonly number[])[]
    readonly estimators: readonly { readonly root: MljsNode }[]
  }
}

/**
 * A forest that the package ml-random-forest trains. Only its trees are taken: its `predictProbability` drops the first tree's vote, and
 * its importances are lost by `load`. Here each tree has one vote, and missing values take the column's mean, for the package knows
 * neither them nor categories nor weights.
 */
export function createMljsRandomForest(params: Params = {}): Classifier {
  const settled = settle('random-forest (mljs)', table, params)
  return {
    algorithm: 'random-forest',
    engine: 'mljs',
    params: settled,
    fit: (data, options) => fitMljs(settled, data, options),
  }
}

function fitMljs(
  params: Settled<typeof table>,
  data: TrainingSet,
  options: FitOptions,
): FittedTreeClassifier {
  expectTrainable(data)
  if (data.weights) throw new ModelInputError('Expected no sample weights: the engine mljs knows none')
  const { x, y, classes, features } = data
  const means = columnMeans(x)
  const filled = matrix(
    x.rows,
    x.columns,
    x.data.map((v, i) => (Number.isNaN(v) ? means[i % x.columns]! : v)),
  )
  const forest = new RandomForestClassifier({
    nEstimators: params.n_estimators,
    maxFeatures: params.max_features,
    replacement: false,
    seed: options.seed,
    noOOB: true,
    treeOptions: { maxDepth: params.max_depth === 0 ? Infinity : params.max_depth },
  }) as unknown as MljsForest
  forest.train(
    Array.from({ length: x.rows }, (_, i) => [...row(filled, i)]),
    [...y],
  )
  options.onProgress?.(1)
  const { baseModel } = JSON.parse(JSON.stringify(forest)) as MljsModel
  const builder = new EnsembleBuilder(classes)
  baseModel.estimators.forEach(({ root }, tree) =>
    builder.append(draftOf(root, baseModel.indexes[tree]!, filled, means, classes)),
  )
  const identity = { algorithm: 'random-forest', engine: 'mljs', params, classes, features } as const
  const known = knownCategories(x, features)
  return fittedTrees(identity, { link: 'share', base: [], ensemble: builder.build(), known, report: {} })
}

function columnMeans(x: Matrix): Float64Array {
  return Float64Array.from({ length: x.columns }, (_, f) => {
    let sum = 0
    let count = 0
    for (let i = f; i < x.data.length; i += x.columns)
      if (!Number.isNaN(x.data[i]!)) {
        sum += x.data[i]!
        count++
      }
    return count === 0 ? 0 : sum / count
  })
}

/** @param columns the column of each of the tree's own columns; covers are those of all training rows */
function draftOf(
  root: MljsNode,
  columns: readonly number[],
  x: Matrix,
  means: Float64Array,
  classes: number,
): TreeDraft {
  const draft = new TreeDraft(classes)
  draft.addNode(0, 0, x.rows)
  const waiting = [{ node: 0, from: root, rows: Array.from({ length: x.rows }, (_, i) => i) }]
  for (const { node, from, rows } of waiting) {
    draft.cover[node] = rows.length
    const { left, right, splitValue } = from
    if (!left || !right || splitValue === undefined) {
      draft.value[node * classes + favourite(from)] = 1
      continue
    }
    const feature = columns[from.splitColumn ?? 0]!
    const goesLeft = (i: number): boolean => x.data[i * x.columns + feature]! < splitValue
    draft.split(node, feature, splitValue, means[feature]! < splitValue, (from.gain ?? 0) * rows.length)
    const depth = draft.depth[node]! + 1
    waiting.push({ node: draft.addNode(depth, 0, 0), from: left, rows: rows.filter(goesLeft) })
    waiting.push({ node: draft.addNode(depth, 0, 0), from: right, rows: rows.filter((i) => !goesLeft(i)) })
  }
  return draft
}

/** The class that the leaf votes for. */
function favourite({ distribution }: MljsNode): number {
  const shares = distribution?.[0] ?? [1]
  return shares.indexOf(Math.max(...shares))
}
