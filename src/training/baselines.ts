import { createLogistic } from '../../models/classifiers/logistic.ts'
import { matrix, takeRows, type Matrix } from '../../models/matrix.ts'
import { mostProbable } from '../../models/metrics/confusion.ts'
import { balancedWeights } from '../../models/validation/smote.ts'
import type { Fold } from '../../models/validation/folds.ts'
import { riskLabels } from '../features/labels.ts'
import { poolFolds } from './cross-predict.ts'
import type { FoldPredictions } from './figures.ts'
import type { Samples } from './samples.ts'
import { volatilityOf, volatilityScores } from './volatility.ts'

/** Always the most common class of the training rows, with their shares as probabilities; it ranks nothing. */
export function majorityBaseline(samples: Samples, folds: readonly Fold[]): FoldPredictions {
  return poolFolds(samples, folds, ({ train, test }) => {
    const shares = new Float64Array(riskLabels.length)
    for (const row of train) shares[samples.label[row]!]! += 1 / train.length
    const probability = matrix(test.length, riskLabels.length)
    test.forEach((_, i) => probability.data.set(shares, i * riskLabels.length))
    return { level: mostProbable(probability), probability, score: new Float64Array(test.length) }
  })
}

/**
 * 30-day volatility and nothing else. It ranks by the value itself; level and probabilities come from a logistic
 * regression on it, with balanced classes for the level.
 */
export function volatilityBaseline(samples: Samples, folds: readonly Fold[]): FoldPredictions {
  const values = volatilityOf(samples.vectors)
  const volatility = matrix(values.length, 1, values)
  const features = [{ name: 'volatility', kind: 'numeric' }] as const
  return poolFolds(samples, folds, ({ train, test }) => {
    const y = train.map((row) => samples.label[row]!)
    const plain = { x: takeRows(volatility, train), y, classes: riskLabels.length, features }
    const shown = takeRows(volatility, test)
    const judge = (weights: Float64Array): Matrix =>
      createLogistic()
        .fit({ ...plain, weights }, { seed: 0 })
        .predictProbability(shown)
    return {
      level: mostProbable(judge(balancedWeights(y))),
      probability: judge(new Float64Array(y.length).fill(1)),
      score: volatilityScores(samples.vectors, test),
    }
  })
}
