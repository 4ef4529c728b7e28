import { loadClassifier } from '../../models/classifiers/catalogue.ts'
import type {
  ClassifierArtifact,
  Explanation,
  FittedClassifier,
  ImportanceKind,
} from '../../models/classifiers/classifier.ts'
import { ModelInputError } from '../../models/errors.ts'
import { matrix, type Matrix } from '../../models/matrix.ts'
import { mostProbable } from '../../models/metrics/confusion.ts'
import { columnOf } from '../../models/metrics/ranking.ts'
import { featureNames, featureSet } from '../domain/feature-names.ts'
import { riskLabels } from '../features/labels.ts'
import { calibrate, type Calibration } from './calibration.ts'
import { encodeVectors, type Encoding } from './encoding.ts'
import { viewed } from './feature-view.ts'
import type { ModelConfig } from './learner.ts'
import type { VectorTable } from './vector-table.ts'

export interface RiskPredictions {
  /** Per row, an index into `riskLabels`: the class that would be most probable if all were equally common. */
  readonly level: Int32Array
  /** `rows × 3`, calibrated to real frequencies; each row sums to 1. */
  readonly probability: Matrix
  /** Per row, the classifier's own probability of high: it orders protocols, also across days, and is no frequency. */
  readonly score: Float64Array
}

/** Why the risk of each row is high or not; base + sum of a row's values = its output. */
export interface RiskExplanation {
  readonly outputSpace: Explanation['outputSpace']
  readonly base: number
  /** `rows × 17`, in the order of `featureNames`. */
  readonly values: Matrix
  /** Per row, the classifier's output for class high, before calibration. */
  readonly output: Float64Array
}

/** View, encoding, classifier and calibration as one thing that is stored, loaded and served. */
export interface RiskModel {
  readonly config: ModelConfig
  readonly horizonDays: number
  /** It was trained, and judged, on protocols whose TVL (or price) had been known for this many days. */
  readonly historyDays: number
  /** Ranks are taken among the rows of the same day: hand in all protocols of a day together. */
  predict(vectors: VectorTable): RiskPredictions
  explain(vectors: VectorTable): RiskExplanation
  /** One number per feature, >= 0, sum 1; what the classifier itself recorded while it was fitted. */
  importance(kind: ImportanceKind): Float64Array
  toJSON(): RiskModelArtifact
}

/** Plain JSON; `loadRiskModel` gives back a model that predicts the same bytes. */
export interface RiskModelArtifact {
  readonly kind: 'risk-model'
  readonly featureSet: number
  readonly config: ModelConfig
  readonly horizonDays: number
  readonly historyDays: number
  readonly encoding: Encoding
  readonly calibration: Calibration
  readonly classifier: ClassifierArtifact
  /** How common each class was in what the classifier learned from; equally, when absent. */
  readonly classShares?: readonly number[]
}

const high = riskLabels.indexOf('high')

/** @throws ModelInputError on anything that is not a risk model of this feature set */
export function loadRiskModel(artifact: RiskModelArtifact): RiskModel {
  const { kind, featureSet: builtFor } = artifact as Partial<RiskModelArtifact>
  if (kind !== 'risk-model') throw new ModelInputError(`Expected a risk-model artifact, got ${String(kind)}`)
  if (builtFor !== featureSet)
    throw new ModelInputError(`Expected a model of feature set ${featureSet}, got ${String(builtFor)}`)
  return riskModel(artifact, loadClassifier(artifact.classifier))
}

export function riskModel(artifact: RiskModelArtifact, classifier: FittedClassifier): RiskModel {
  const { config, horizonDays, historyDays, encoding, calibration, classShares } = artifact
  const encoded = (vectors: VectorTable): Matrix => encodeVectors(viewed(vectors, config.view), encoding)
  return {
    config,
    horizonDays,
    historyDays,
    predict(vectors) {
      const scores = classifier.predictProbability(encoded(vectors))
      return {
        level: mostProbable(scores, classShares),
        probability: calibrate(calibration, scores),
        score: columnOf(scores, high),
      }
    },
    explain: (vectors) => explanationOfHigh(classifier.explain(encoded(vectors)), vectors.rows),
    importance: (kind) => classifier.importance(kind),
    toJSON: () => artifact,
  }
}

function explanationOfHigh(
  { outputSpace, base, values, output }: Explanation,
  rows: number,
): RiskExplanation {
  const width = featureNames.length
  const ofHigh = matrix(rows, width)
  for (let i = 0; i < rows; i++) {
    const start = (i * riskLabels.length + high) * width
    ofHigh.data.set(values.subarray(start, start + width), i * width)
  }
  return { outputSpace, base: base[high]!, values: ofHigh, output: columnOf(output, high) }
}

/** The share of each feature in the mean |SHAP| over the explained rows; all 0 where nothing moved the output. */
export function meanAbsoluteShap({ values }: RiskExplanation): Float64Array {
  const sums = new Float64Array(values.columns)
  values.data.forEach((value, k) => (sums[k % values.columns]! += Math.abs(value)))
  const total = sums.reduce((a, b) => a + b, 0)
  return total === 0 ? sums : sums.map((sum) => sum / total)
}
