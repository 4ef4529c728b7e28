import { createRandom, type Random } from '../random.ts'
import { binMatrix, chooseBins } from '../trees/binning.ts'
import { GradientTreeGrower, type GradientTreeOptions } from '../trees/gradient-tree.ts'
import { leafWise } from '../trees/growth/leaf-wise.ts'
import { boost, type RowSampler } from './boosting.ts'
import type { Classifier, FitOptions, Params, TrainingSet } from './classifier.ts'
import { oneTreePerMargin } from './gradient-rounds.ts'
import { LogLoss, priorMargins } from './objective.ts'
import { oneOf, real, settle, share, whole, type Settled } from './parameters.ts'
import { layAlikeTogether, type Learner } from './row-order.ts'
import { bagging, everyRow, goss } from './row-sampling.ts'
import { expectTrainable, rowWeights } from './training-set.ts'
import { fittedTrees, type FittedTreeClassifier } from './tree-classifier.ts'

/** Names and defaults of LightGBM; its `max_depth=-1` may also be 0. */
const table = {
  num_iterations: whole(100, 1, 100_000),
  learning_rate: share(0.1),
  num_leaves: whole(31, 2, 131_072),
  max_depth: whole(-1, -1),
  min_data_in_leaf: whole(20, 0),
  min_sum_hessian_in_leaf: real(1e-3, 0),
  min_gain_to_split: real(0, 0),
  lambda_l1: real(0, 0),
  lambda_l2: real(0, 0),
  bagging_fraction: share(1),
  bagging_freq: whole(0, 0),
  feature_fraction: share(1),
  data_sample_strategy: oneOf('bagging', ['bagging', 'goss']),
  top_rate: real(0.2, 0, 1),
  other_rate: real(0.1, 1e-9, 1),
  max_bin: whole(255, 2, 65_535),
  cat_smooth: real(10, 0),
  cat_l2: real(10, 0),
  max_cat_threshold: whole(32, 1),
  max_cat_to_onehot: whole(4, 1),
  min_data_per_group: whole(100, 1),
  early_stopping_round: whole(0, 0),
  class_weight: oneOf('none', ['none', 'balanced']),
}

const aliases = {
  n_estimators: 'num_iterations',
  num_boost_round: 'num_iterations',
  eta: 'learning_rate',
  min_child_samples: 'min_data_in_leaf',
  min_child_weight: 'min_sum_hessian_in_leaf',
  min_split_gain: 'min_gain_to_split',
  reg_alpha: 'lambda_l1',
  reg_lambda: 'lambda_l2',
  subsample: 'bagging_fraction',
  subsample_freq: 'bagging_freq',
  colsample_bytree: 'feature_fraction',
  early_stopping_rounds: 'early_stopping_round',
} as const

type LightgbmParams = Settled<typeof table>

/** Independent implementation of LightGBM (Ke et al., 2017, NeurIPS 30): leaf-wise Newton boosting with one-side sampling. */
export function createLightgbm(params: Params = {}): Classifier {
  const settled = settle('lightgbm', table, params, aliases)
  return {
    algorithm: 'lightgbm',
    engine: 'native-ts',
    params: settled,
    fit: (data, options) => fitLightgbm(settled, data, options),
  }
}

function fitLightgbm(params: LightgbmParams, data: TrainingSet, options: FitOptions): FittedTreeClassifier {
  expectTrainable(data)
  const { x, y, classes, features } = data
  const categorical = features.map(({ kind }) => kind === 'categorical')
  const binned = binMatrix(x, chooseBins(x, categorical, params.max_bin))
  const random = createRandom(options.seed)
  const weights = rowWeights(data, params.class_weight)
  const learner: Learner = {
    base: priorMargins(y, classes, weights),
    lossOf: (set) =>
      new LogLoss(set.data.y, classes, set.weights, classes / (classes - 1), 1 / params.other_rate),
    growerOf: (set) => new GradientTreeGrower(set.binned, growthOptions(params), leafWise()),
  }
  const set = layAlikeTogether({ data, binned, weights }, learner)
  const model = boost(set.data, options, {
    rounds: params.num_iterations,
    learningRate: params.learning_rate,
    earlyStoppingRounds: params.early_stopping_round,
    base: learner.base,
    loss: learner.lossOf(set),
    outputs: 1,
    sample: rowSampler(params, x.rows, random.fork(0)),
    grow: oneTreePerMargin(learner.growerOf(set), x, params.feature_fraction, random.fork(1)),
  })
  return fittedTrees({ algorithm: 'lightgbm', engine: 'native-ts', params, classes, features }, model)
}

function rowSampler(params: LightgbmParams, rows: number, random: Random): RowSampler {
  if (params.data_sample_strategy === 'goss') {
    const rates = { topRate: params.top_rate, otherRate: params.other_rate }
    return goss(rows, rates, params.learning_rate, random)
  }
  return params.bagging_freq > 0 && params.bagging_fraction < 1
    ? bagging(rows, params.bagging_fraction, params.bagging_freq, random)
    : everyRow(rows)
}

function growthOptions(params: LightgbmParams): GradientTreeOptions {
  return {
    limits: {
      lambda: params.lambda_l2,
      alpha: params.lambda_l1,
      minHessian: params.min_sum_hessian_in_leaf,
      minRows: params.min_data_in_leaf,
      minGain: params.min_gain_to_split,
    },
    categorical: {
      maxOneHot: params.max_cat_to_onehot,
      maxLeft: params.max_cat_threshold,
      smooth: params.cat_smooth,
      lambda: params.cat_l2,
      minRowsPerGroup: params.min_data_per_group,
    },
    maxDepth: Math.max(0, params.max_depth),
    maxLeaves: params.num_leaves,
    thresholdsBetween: false,
    pruneBelow: 0,
  }
}
