import type { Matrix } from '../matrix.ts'

export const classifierAlgorithms = ['random-forest', 'xgboost', 'lightgbm', 'catboost', 'logistic'] as const
export type ClassifierAlgorithm = (typeof classifierAlgorithms)[number]

/** A categorical column holds whole codes >= 0 without order; NaN is missing in both kinds. */
export interface FeatureColumn {
  readonly name: string
  readonly kind: 'numeric' | 'categorical'
}

export interface TrainingSet {
  /** `n × features.length` */
  readonly x: Matrix
  /** n class indices in [0, classes) */
  readonly y: Int32Array
  readonly classes: number
  readonly features: readonly FeatureColumn[]
  /** n sample weights > 0; all 1 when absent. */
  readonly weights?: Float64Array
}

export interface FitOptions {
  readonly seed: number
  /** Early stopping watches the log-loss here. */
  readonly validation?: TrainingSet
  /** Called between rounds or trees; a throw in it ends the fit. */
  readonly onProgress?: (fraction: number) => void
}

export type Params = Readonly<Record<string, number | string | boolean>>

/** Hyper-parameters before data; nothing is learned yet. */
export interface Classifier {
  readonly algorithm: ClassifierAlgorithm
  readonly engine: string
  readonly params: Params
  /** @throws ModelInputError */
  fit(data: TrainingSet, options: FitOptions): FittedClassifier
}

/** Contributions of each feature to each class's output; base + sum of values = output, per row and class. */
export interface Explanation {
  readonly outputSpace: 'raw_margin' | 'probability'
  /** `classes` numbers: the expected output. */
  readonly base: Float64Array
  /** `rows × classes × features`, row-major */
  readonly values: Float64Array
  /** `rows × classes`: the explained output. */
  readonly output: Matrix
}

export type ImportanceKind = 'gain' | 'split'

export interface FittedClassifier {
  readonly algorithm: ClassifierAlgorithm
  readonly engine: string
  readonly params: Params
  readonly classes: number
  readonly features: readonly FeatureColumn[]
  /** `rows × classes`, each row sums to 1. @throws ModelInputError on a wrong width. */
  predictProbability(x: Matrix): Matrix
  explain(x: Matrix): Explanation
  /** One number per feature, >= 0, sums to 1 (all 0 when no split was made). */
  importance(kind: ImportanceKind): Float64Array
  toJSON(): ClassifierArtifact
}

/** Plain JSON; `loadClassifier` gives back a model that predicts the same bytes. */
export interface ClassifierArtifact {
  readonly kind: 'classifier'
  readonly algorithm: ClassifierAlgorithm
  readonly engine: string
  readonly params: Params
  readonly classes: number
  readonly features: readonly FeatureColumn[]
  readonly state: unknown
}
