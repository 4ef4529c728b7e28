import { describe, expect, it } from 'vitest'

import { drawClasses } from '../../../bench/drawn-data.ts'
import { createClassifier } from '../../../models/classifiers/catalogue.ts'
import type { ClassifierAlgorithm, Params, TrainingSet } from '../../../models/classifiers/classifier.ts'
import { bagging } from '../../../models/classifiers/row-sampling.ts'
import type { FittedTreeClassifier } from '../../../models/classifiers/tree-classifier.ts'
import { createRandom } from '../../../models/random.ts'
import { mostProbable } from '../../../models/metrics/confusion.ts'
import { treeCount } from '../../../models/trees/tree-ensemble.ts'
import { logLossOf } from './scores.ts'

const data = drawClasses(400, 31)
const fresh = drawClasses(400, 32)

function fit(algorithm: ClassifierAlgorithm, params: Params, seed = 1, set = data): FittedTreeClassifier {
  return createClassifier(algorithm, params).fit(set, { seed, validation: fresh }) as FittedTreeClassifier
}

interface Stopping {
  readonly algorithm: ClassifierAlgorithm
  readonly rounds: string
  readonly patience: string
  readonly rate: number
}

const stopping: readonly Stopping[] = [
  { algorithm: 'catboost', rounds: 'iterations', patience: 'early_stopping_rounds', rate: 0.6 },
  { algorithm: 'lightgbm', rounds: 'num_iterations', patience: 'early_stopping_round', rate: 0.3 },
  { algorithm: 'xgboost', rounds: 'n_estimators', patience: 'early_stopping_rounds', rate: 0.3 },
]

describe.each(stopping)('early stopping of $algorithm', ({ algorithm, rounds, patience, rate }) => {
  const stopped = fit(algorithm, { learning_rate: rate, [rounds]: 200, [patience]: 5 })
  const best = stopped.report['best_iteration']!

  it('ends before the last round and keeps the rounds up to the best', () => {
    expect(best).toBeGreaterThan(1)
    expect(best).toBeLessThan(195)
    const longer = fit(algorithm, { learning_rate: rate, [rounds]: best })
    expect(treeCount(stopped.ensemble)).toBe(treeCount(longer.ensemble))
    expect(stopped.predictProbability(fresh.x)).toEqual(longer.predictProbability(fresh.x))
  })

  it('reports the log-loss of the validation rows, which is the least around', () => {
    const lossAfter = (count: number): number =>
      logLossOf(fit(algorithm, { learning_rate: rate, [rounds]: count }).predictProbability(fresh.x), fresh.y)
    expect(stopped.report['best_log_loss']).toBeCloseTo(lossAfter(best), 10)
    for (const count of [best - 1, best + 1, best + 5])
      expect(lossAfter(count)).toBeGreaterThan(lossAfter(best))
  })
})

const draws: readonly { algorithm: ClassifierAlgorithm; what: string; params: Params; whole: Params }[] = [
  { algorithm: 'catboost', what: 'rsm', params: { rsm: 0.4 }, whole: { rsm: 1 } },
  { algorithm: 'catboost', what: 'subsample', params: { subsample: 0.5 }, whole: { subsample: 1 } },
  {
    algorithm: 'lightgbm',
    what: 'bagging_fraction',
    params: { bagging_fraction: 0.5, bagging_freq: 1 },
    whole: { bagging_fraction: 0.5, bagging_freq: 0 },
  },
  {
    algorithm: 'lightgbm',
    what: 'feature_fraction',
    params: { feature_fraction: 0.4 },
    whole: { feature_fraction: 1 },
  },
  {
    algorithm: 'xgboost',
    what: 'colsample_bytree',
    params: { colsample_bytree: 0.4 },
    whole: { colsample_bytree: 1 },
  },
  { algorithm: 'xgboost', what: 'subsample', params: { subsample: 0.5 }, whole: { subsample: 1 } },
]

describe.each(draws)('$what of $algorithm', ({ algorithm, params, whole }) => {
  const few = algorithm === 'catboost' ? { iterations: 5 } : { n_estimators: 5 }
  const predict = (own: Params, seed: number): Float64Array =>
    fit(algorithm, { ...few, ...own }, seed).predictProbability(fresh.x).data

  it('draws by the seed, and only where it has something to leave out', () => {
    const first = predict(params, 1)
    expect(predict(params, 1)).toEqual(first)
    expect(predict(params, 2)).not.toEqual(first)
    expect(predict(whole, 1)).not.toEqual(first)
  })
})

describe('rows and columns that are left out', () => {
  it.each([
    ['xgboost', { subsample: 0.5 }],
    ['lightgbm', { bagging_fraction: 0.5, bagging_freq: 1 }],
  ] as const)('leaves half of the rows out of the first tree of %s', (algorithm, params) => {
    const coverOf = (own: Params): number => fit(algorithm, { n_estimators: 1, ...own }).ensemble.cover[0]!
    expect(coverOf(params) / coverOf({})).toBeGreaterThan(0.4)
    expect(coverOf(params) / coverOf({})).toBeLessThan(0.6)
  })

  it('splits a tree only on the columns it drew', () => {
    const { ensemble } = fit('xgboost', { n_estimators: 1, colsample_bytree: 0.12 })
    for (let tree = 0; tree < treeCount(ensemble); tree++) {
      const used = ensemble.feature.subarray(ensemble.roots[tree], ensemble.roots[tree + 1])
      expect(new Set(used.filter((feature) => feature >= 0)).size).toBeLessThanOrEqual(2)
    }
  })

  it('draws a fresh share without repeats, and keeps it for as many rounds as asked', () => {
    const sample = bagging(100, 0.3, 2, createRandom(1))
    const rowsOf = (round: number): number[] => {
      const { rows, count } = sample(round, [])
      return [...rows.subarray(0, count)]
    }
    const first = rowsOf(0)
    expect(new Set(first).size).toBe(30)
    expect(rowsOf(1)).toEqual(first)
    expect(rowsOf(2)).not.toEqual(first)
  })
})

describe('balanced class weights', () => {
  /** Three quarters of class 2 pass for class 1. */
  const rare = ((): TrainingSet => {
    const y = data.y.map((label, i) => (label === 2 && i % 4 !== 0 ? 1 : label))
    return { ...data, y }
  })()

  it.each([
    ['catboost', { iterations: 20, depth: 3, learning_rate: 0.2 }, { auto_class_weights: 'Balanced' }],
    ['lightgbm', { num_iterations: 10, max_depth: 3 }, { class_weight: 'balanced' }],
    ['random-forest', { n_estimators: 20, max_depth: 3 }, { class_weight: 'balanced' }],
    ['xgboost', { n_estimators: 10, max_depth: 3 }, { class_weight: 'balanced' }],
  ] as const)('make %s predict the rare class more often', (algorithm, params, balanced) => {
    const timesPredicted = (own: Params): number => {
      const winners = mostProbable(fit(algorithm, own, 1, rare).predictProbability(fresh.x))
      return winners.filter((winner) => winner === 2).length
    }
    expect(timesPredicted({ ...params, ...balanced })).toBeGreaterThan(timesPredicted(params) + 10)
  })

  it('equal the sample weights n / (classes × count)', () => {
    const counts = [0, 1, 2].map((c) => rare.y.filter((label) => label === c).length)
    const weights = Float64Array.from(rare.y, (label) => rare.y.length / (3 * counts[label]!))
    const params = { n_estimators: 5 }
    const byHand = fit('xgboost', params, 1, { ...rare, weights })
    const balanced = fit('xgboost', { ...params, class_weight: 'balanced' }, 1, rare)
    expect(balanced.predictProbability(fresh.x)).toEqual(byHand.predictProbability(fresh.x))
  })
})
