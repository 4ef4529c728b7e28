import { createRandom, type Random } from '../random.ts'
import { binMatrix, chooseBins } from '../trees/binning.ts'
import { EnsembleBuilder } from '../trees/ensemble-builder.ts'
import { GiniTreeGrower } from '../trees/gini-tree.ts'
import { leafOf } from '../trees/tree-ensemble.ts'
import type { Classifier, FitOptions, Params, TrainingSet } from './classifier.ts'
import { knownCategories } from './known-categories.ts'
import { either, flag, oneOf, real, settle, whole, type Settled } from './parameters.ts'
import { expectTrainable, rowWeights } from './training-set.ts'
import { fittedTrees, type FittedTreeClassifier } from './tree-classifier.ts'

/** Names and defaults of scikit-learn's RandomForestClassifier; its `max_depth=None` is 0 here. */
const table = {
  n_estimators: whole(100, 1, 100_000),
  max_depth: whole(0, 0),
  max_features: either(oneOf('sqrt', ['sqrt', 'log2', 'all']), real(1, 1e-9)),
  min_samples_split: whole(2, 2),
  min_samples_leaf: whole(1, 1),
  bootstrap: flag(true),
  oob_score: flag(false),
  class_weight: oneOf('none', ['none', 'balanced']),
  max_bins: whole(256, 2, 65_535),
}

type ForestParams = Settled<typeof table>

/** Random forest (Breiman, 2001, https://doi.org/10.1023/A:1010933404324) on binned columns. */
export function createRandomForest(params: Params = {}): Classifier {
  const settled = settle('random-forest', table, params)
  return {
    algorithm: 'random-forest',
    engine: 'native-ts',
    params: settled,
    fit: (data, options) => fitForest(settled, data, options),
  }
}

function fitForest(params: ForestParams, data: TrainingSet, options: FitOptions): FittedTreeClassifier {
  expectTrainable(data)
  const { x, y, classes, features } = data
  const categorical = features.map(({ kind }) => kind === 'categorical')
  const binned = binMatrix(x, chooseBins(x, categorical, params.max_bins))
  const grower = new GiniTreeGrower(binned, y, classes, {
    maxDepth: params.max_depth,
    maxFeatures: columnsPerNode(params.max_features, x.columns),
    minSamplesSplit: params.min_samples_split,
    minSamplesLeaf: params.min_samples_leaf,
  })
  const random = createRandom(options.seed)
  const weights = rowWeights(data, params.class_weight)
  const drawn = new Float64Array(x.rows)
  const rows = new Int32Array(x.rows)
  const builder = new EnsembleBuilder(classes)
  const outOfBag = params.oob_score && params.bootstrap ? new Float64Array(x.rows * classes) : null
  for (let tree = 0; tree < params.n_estimators; tree++) {
    const randomOfTree = random.fork(tree)
    const count = params.bootstrap
      ? drawBootstrap(weights, drawn, rows, randomOfTree)
      : takeAll(weights, drawn, rows)
    builder.append(grower.grow(rows, count, drawn, randomOfTree))
    if (outOfBag) addOutOfBagVotes(builder, data, drawn, outOfBag)
    options.onProgress?.((tree + 1) / params.n_estimators)
  }
  const identity = { algorithm: 'random-forest', engine: 'native-ts', params, classes, features } as const
  return fittedTrees(identity, {
    link: 'share',
    base: [],
    ensemble: builder.build(),
    known: knownCategories(x, features),
    report: outOfBag ? outOfBagReport(outOfBag, data) : {},
  })
}

function columnsPerNode(rule: ForestParams['max_features'], columns: number): number {
  if (rule === 'all') return columns
  if (rule === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(columns)))
  if (rule === 'log2') return Math.max(1, Math.floor(Math.log2(columns)))
  return Math.min(columns, Math.max(1, rule <= 1 ? Math.floor(rule * columns) : Math.floor(rule)))
}

/** Draws n rows with replacement: how often a row came up multiplies its weight. Answers how many rows came up. */
function drawBootstrap(weights: Float64Array, drawn: Float64Array, rows: Int32Array, random: Random): number {
  const n = weights.length
  drawn.fill(0)
  for (let i = 0; i < n; i++) {
    const row = random.below(n)
    drawn[row]! += weights[row]!
  }
  let count = 0
  for (let row = 0; row < n; row++) if (drawn[row]! > 0) rows[count++] = row
  return count
}

function takeAll(weights: Float64Array, drawn: Float64Array, rows: Int32Array): number {
  drawn.set(weights)
  for (let row = 0; row < rows.length; row++) rows[row] = row
  return rows.length
}

/** The newest tree says what it thinks of the rows it has not seen. */
function addOutOfBagVotes(
  builder: EnsembleBuilder,
  { x, classes }: TrainingSet,
  drawn: Float64Array,
  votes: Float64Array,
): void {
  const root = builder.roots.at(-2)!
  for (let i = 0; i < x.rows; i++) {
    if (drawn[i]! > 0) continue
    const node = leafOf(builder, root, x.data, i * x.columns)
    for (let k = 0; k < classes; k++) votes[i * classes + k]! += builder.value[node * classes + k]!
  }
}

/** Over the rows that at least one tree had not seen. */
function outOfBagReport(votes: Float64Array, { y, classes }: TrainingSet): Record<string, number> {
  let rows = 0
  let right = 0
  let loss = 0
  for (let i = 0; i < y.length; i++) {
    const row = votes.subarray(i * classes, (i + 1) * classes)
    const total = row.reduce((sum, vote) => sum + vote, 0)
    if (total === 0) continue
    const own = row[y[i]!]!
    rows++
    if (own >= Math.max(...row)) right++
    loss -= Math.log(Math.max(own / total, 1e-15))
  }
  if (rows === 0) return {}
  return { oob_rows: rows, oob_accuracy: right / rows, oob_log_loss: loss / rows }
}
