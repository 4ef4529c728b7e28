import type { Matrix } from '../matrix.ts'

export const detectorAlgorithms = [
  'isolation-forest',
  'lof',
  'one-class-svm',
  'autoencoder',
  'dbscan',
] as const
export type DetectorAlgorithm = (typeof detectorAlgorithms)[number]

export type DetectorParams = Readonly<Record<string, number | string | boolean>>

export interface DetectorFitOptions {
  readonly seed: number
  readonly onProgress?: (fraction: number) => void
}

/** Hyper-parameters before data; nothing is learned yet. */
export interface Detector {
  readonly algorithm: DetectorAlgorithm
  readonly engine: string
  readonly params: DetectorParams
  /** @param x `n × d`, NaN = missing. @throws ModelInputError, also when the engine can only fit asynchronously */
  fit(x: Matrix, options: DetectorFitOptions): FittedDetector
  /** As `fit`; every engine has it. */
  fitAsync(x: Matrix, options: DetectorFitOptions): Promise<FittedDetector>
}

export interface DetectorExplanation {
  /** As `decisionFunction`. */
  readonly scores: Float64Array
  /** As `contributions`. */
  readonly contributions: Matrix
}

export interface FittedDetector {
  readonly algorithm: DetectorAlgorithm
  readonly engine: string
  readonly params: DetectorParams
  readonly columns: number
  /** Scores of the training rows, in the order given to `fit`. */
  readonly trainingScores: Float64Array
  /** One score per row; the higher, the more abnormal. @throws ModelInputError on a wrong width. */
  decisionFunction(x: Matrix): Float64Array
  /** `rows × columns`, >= 0: how much each feature made the row abnormal; the docs of each detector say whether it is additive. */
  contributions(x: Matrix): Matrix
  /** Both at once, for about the price of one. */
  explain(x: Matrix): DetectorExplanation
  toJSON(): DetectorArtifact
}

/** Plain JSON; `loadDetector` gives back a detector that scores the same bytes. */
export interface DetectorArtifact {
  readonly kind: 'detector'
  readonly algorithm: DetectorAlgorithm
  readonly engine: string
  readonly params: DetectorParams
  readonly columns: number
  readonly state: unknown
}
