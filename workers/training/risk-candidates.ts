import type { ClassifierAlgorithm } from '../../models/classifiers/classifier.ts'
import type { Payload } from '../../queues/jobs.ts'
import { type Candidate, candidatesOf } from '../../src/training/candidates.ts'
import { featureViews } from '../../src/training/feature-view.ts'

type GridName = Payload<'train-models'>['grid']

/** One sensible configuration each: what a first look at a new installation is made with. */
const quickGrids: Readonly<
  Record<ClassifierAlgorithm, Readonly<Record<string, readonly (number | string)[]>>>
> = {
  catboost: { iterations: [50], depth: [4], learning_rate: [0.1] },
  lightgbm: { n_estimators: [50], num_leaves: [7], learning_rate: [0.1] },
  logistic: { C: [0.1] },
  'random-forest': { n_estimators: [50], max_depth: [10] },
  xgboost: { n_estimators: [50], max_depth: [3], eta: [0.1] },
}
const algorithms = Object.keys(quickGrids) as ClassifierAlgorithm[]

/** Everything that one training run compares, in a fixed order. */
export function riskCandidates(grid: GridName): Candidate[] {
  return algorithms.flatMap((algorithm) =>
    featureViews.flatMap((view) =>
      candidatesOf(algorithm, {
        view,
        balance: 'smote',
        ...(grid === 'quick' && { grid: quickGrids[algorithm] }),
      }),
    ),
  )
}
