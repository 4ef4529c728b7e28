import { createRandom } from '../random.ts'
import { binMatrix, chooseBins } from '../trees/binning.ts'
import { GradientTreeGrower, type GradientTreeOptions } from '../trees/gradient-tree.ts'
import { depthWise } from '../trees/growth/depth-wise.ts'
import { boost } from './boosting.ts'
import type { Classifier, FitOptions, Params, TrainingSet } from './classifier.ts'
import { oneTreePerMargin } from './gradient-rounds.ts'
import { LogLoss } from './objective.ts'
import { oneOf, real, settle, share, whole, type Settled } from './parameters.ts'
import { layAlikeTogether, type Learner } from './row-order.ts'
import { bagging, everyRow } from './row-sampling.ts'
import { expectTrainable, rowWeights } from './training-set.ts'
import { fittedTrees, type FittedTreeClassifier } from './tree-classifier.ts'

/** Names and defaults of XGBoost; `class_weight` is scikit-learn's. */
const table = {
  n_estimators: whole(100, 1, 100_000),
  eta: share(0.3),
  max_depth: whole(6, 0),
  min_child_weight: real(1, 0),
  gamma: real(0, 0),
  lambda: real(1, 0),
  alpha: real(0, 0),
  subsample: share(1),
  colsample_bytree: share(1),
  tree_method: oneOf('hist', ['hist', 'exact']),
  max_bin: whole(256, 2, 65_535),
  max_cat_to_onehot: whole(4, 1),
  max_cat_threshold: whole(64, 1),
  early_stopping_rounds: whole(0, 0),
  class_weight: oneOf('none', ['none', 'balanced']),
}

const aliases = {
  learning_rate: 'eta',
  num_boost_round: 'n_estimators',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
  min_split_loss: 'gamma',
} as const

type XgboostParams = Settled<typeof table>

/** XGBoost does not split for less. */
const leastGain = 1e-6

/** Independent implementation of XGBoost (Chen and Guestrin, 2016, https://arxiv.org/abs/1603.02754): depth-wise Newton boosting. */
export function createXgboost(params: Params = {}): Classifier {
  const settled = settle('xgboost', table, params, aliases)
  return {
    algorithm: 'xgboost',
    engine: 'native-ts',
    params: settled,
    fit: (data, options) => fitXgboost(settled, data, options),
  }
}

function fitXgboost(params: XgboostParams, data: TrainingSet, options: FitOptions): FittedTreeClassifier {
  expectTrainable(data)
  const { x, classes, features } = data
  const exact = params.tree_method === 'exact'
  const categorical = features.map(({ kind }) => kind === 'categorical')
  const binned = binMatrix(x, chooseBins(x, categorical, exact ? Infinity : params.max_bin))
  const random = createRandom(options.seed)
  const learner: Learner = {
    base: classes === 2 ? [0] : new Array<number>(classes).fill(0.5),
    lossOf: (set) => new LogLoss(set.data.y, classes, set.weights, 2),
    growerOf: (set) => new GradientTreeGrower(set.binned, growthOptions(params, exact), depthWise()),
  }
  const set = layAlikeTogether({ data, binned, weights: rowWeights(data, params.class_weight) }, learner)
  const model = boost(set.data, options, {
    rounds: params.n_estimators,
    learningRate: params.eta,
    earlyStoppingRounds: params.early_stopping_rounds,
    base: learner.base,
    loss: learner.lossOf(set),
    outputs: 1,
    sample: params.subsample === 1 ? everyRow(x.rows) : bagging(x.rows, params.subsample, 1, random.fork(0)),
    grow: oneTreePerMargin(learner.growerOf(set), x, params.colsample_bytree, random.fork(1)),
  })
  return fittedTrees({ algorithm: 'xgboost', engine: 'native-ts', params, classes, features }, model)
}

function growthOptions(params: XgboostParams, exact: boolean): GradientTreeOptions {
  return {
    limits: {
      lambda: params.lambda,
      alpha: params.alpha,
      minHessian: params.min_child_weight,
      minRows: 1,
      minGain: leastGain,
    },
    categorical: {
      maxOneHot: params.max_cat_to_onehot,
      maxLeft: params.max_cat_threshold,
      smooth: 0,
      lambda: 0,
      minRowsPerGroup: 0,
    },
    maxDepth: params.max_depth,
    maxLeaves: 0,
    thresholdsBetween: exact,
    pruneBelow: params.gamma,
  }
}
