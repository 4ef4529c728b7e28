import { createRandom } from '../random.ts'
import { ObliviousTreeGrower } from '../trees/growth/oblivious.ts'
import { boost, type RoundGrower } from './boosting.ts'
import type { Classifier, FitOptions, Params, TrainingSet } from './classifier.ts'
import { drawColumns } from './gradient-rounds.ts'
import { LogLoss, priorMargins } from './objective.ts'
import { oneOf, real, settle, share, whole, type Settled } from './parameters.ts'
import { bagging, everyRow } from './row-sampling.ts'
import { targetStatistics } from './target-statistics.ts'
import { expectTrainable, rowWeights } from './training-set.ts'
import { fittedTrees, type FittedTreeClassifier } from './tree-classifier.ts'

/** Names and defaults of CatBoost, but for the learning rate, which CatBoost chooses by itself; `permutations` is its `permutation_count`. */
const table = {
  iterations: whole(1000, 1, 100_000),
  learning_rate: share(0.03),
  depth: whole(6, 1, 16),
  l2_leaf_reg: real(3, 0),
  border_count: whole(254, 1, 65_535),
  rsm: share(1),
  subsample: share(1),
  score_function: oneOf('Cosine', ['Cosine', 'L2']),
  permutation_count: whole(4, 1, 64),
  early_stopping_rounds: whole(0, 0),
  auto_class_weights: oneOf('None', ['None', 'Balanced']),
}

const aliases = {
  n_estimators: 'iterations',
  num_boost_round: 'iterations',
  eta: 'learning_rate',
  max_depth: 'depth',
  reg_lambda: 'l2_leaf_reg',
  max_bin: 'border_count',
  colsample_bylevel: 'rsm',
} as const

type CatboostParams = Settled<typeof table>

/**
 * Independent implementation of CatBoost's plain boosting (Prokhorenkova et al., 2018, https://arxiv.org/abs/1706.09516): oblivious trees
 * whose leaves serve all classes, and ordered target statistics for categories.
 */
export function createCatboost(params: Params = {}): Classifier {
  const settled = settle('catboost', table, params, aliases)
  return {
    algorithm: 'catboost',
    engine: 'native-ts',
    params: settled,
    fit: (data, options) => fitCatboost(settled, data, options),
  }
}

function fitCatboost(params: CatboostParams, data: TrainingSet, options: FitOptions): FittedTreeClassifier {
  expectTrainable(data)
  const { x, y, classes, features } = data
  const random = createRandom(options.seed)
  const weights = rowWeights(data, params.auto_class_weights === 'Balanced' ? 'balanced' : 'none')
  const loss = new LogLoss(y, classes, weights, 1)
  const { subsample } = params
  const model = boost(data, options, {
    rounds: params.iterations,
    learningRate: params.learning_rate,
    earlyStoppingRounds: params.early_stopping_rounds,
    base: priorMargins(y, classes, weights),
    loss,
    outputs: loss.margins,
    sample: subsample === 1 ? everyRow(x.rows) : bagging(x.rows, subsample, 1, random.fork(0)),
    grow: oneObliviousTree(params, data, weights, loss.margins, options.seed),
  })
  return fittedTrees({ algorithm: 'catboost', engine: 'native-ts', params, classes, features }, model)
}

/** Each round's tree is grown on another permutation of the target statistics. */
function oneObliviousTree(
  params: CatboostParams,
  data: TrainingSet,
  weights: Float64Array,
  margins: number,
  seed: number,
): RoundGrower {
  const random = createRandom(seed).fork(1)
  const { permutations, describe } = targetStatistics(
    data,
    params.border_count + 1,
    params.permutation_count,
    random,
  )
  const first = permutations[0]!
  const grower = new ObliviousTreeGrower(first, weights, margins, {
    depth: params.depth,
    lambda: params.l2_leaf_reg,
    scoreFunction: params.score_function,
  })
  const rows = new Int32Array(first.rows)
  const all = Int32Array.from({ length: first.columns }, (_, f) => f)
  return (gradients, sample, _round, done) => {
    const binned = permutations[random.below(permutations.length)]!
    rows.set(sample.rows)
    const columns = drawColumns(all, params.rsm, random)
    done(grower.grow(binned, gradients, rows, sample.count, columns, describe))
  }
}
