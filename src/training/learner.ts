import { createClassifier } from '../../models/classifiers/catalogue.ts'
import type {
  ClassifierAlgorithm,
  FittedClassifier,
  Params,
  TrainingSet,
} from '../../models/classifiers/classifier.ts'
import { balancedWeights, smote } from '../../models/validation/smote.ts'
import { riskLabels } from '../features/labels.ts'
import { encodeVectors, featureColumns, fitEncoding, type Encoding } from './encoding.ts'
import type { FeatureView } from './feature-view.ts'
import { takeVectors, type VectorTable } from './vector-table.ts'

/** How rare classes are given a voice: by synthetic rows, by weight, or not at all. */
export type Balance = 'smote' | 'weights' | 'none'

/** Everything that is decided before data; plain JSON. */
export interface ModelConfig {
  readonly algorithm: ClassifierAlgorithm
  readonly engine?: string
  readonly params: Params
  readonly view: FeatureView
  readonly balance: Balance
}

/** What training rows taught: names of categories, and a classifier of the encoded rows. */
export interface Learner {
  readonly encoding: Encoding
  readonly classifier: FittedClassifier
  /** How common each class was in what the classifier learned from, after balancing. */
  readonly classShares: readonly number[]
}

/**
 * Fits on `rows` alone: encoding, balancing and classifier see nothing else.
 * @param table already in the view of `config`
 */
export function fitLearner(
  table: VectorTable,
  label: Int32Array,
  rows: Int32Array,
  config: ModelConfig,
  options: { readonly seed: number; readonly onProgress?: (fraction: number) => void },
): Learner {
  const encoding = fitEncoding(takeVectors(table, rows))
  const plain: TrainingSet = {
    x: encodeVectors(takeVectors(table, rows), encoding),
    y: rows.map((row) => label[row]!),
    classes: riskLabels.length,
    features: featureColumns,
  }
  const data = balanced(plain, config.balance, options.seed)
  const classifier = createClassifier(config.algorithm, config.params, config.engine).fit(data, options)
  return { encoding, classifier, classShares: sharesOf(data) }
}

/** A class without any row has no probability either: its share is put at 1. */
function sharesOf({ y, classes, weights }: TrainingSet): number[] {
  const counts = new Float64Array(classes)
  y.forEach((label, i) => (counts[label]! += weights?.[i] ?? 1))
  const total = counts.reduce((sum, count) => sum + count, 0)
  return Array.from(counts, (count) => (count === 0 ? 1 : count / total))
}

function balanced(data: TrainingSet, balance: Balance, seed: number): TrainingSet {
  switch (balance) {
    case 'none':
      return data
    case 'smote':
      return smote(data, { seed })
    case 'weights':
      return { ...data, weights: balancedWeights(data.y) }
  }
}
