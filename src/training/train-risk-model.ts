import { matrix, type Matrix } from '../../models/matrix.ts'
import { groupedFolds, purgedBlockFolds, type Fold } from '../../models/validation/folds.ts'
import { featureSet } from '../domain/feature-names.ts'
import { riskLabels } from '../features/labels.ts'
import { chooseCalibration } from './calibration.ts'
import { encodeVectors } from './encoding.ts'
import { viewed } from './feature-view.ts'
import { fitLearner, type Learner, type ModelConfig } from './learner.ts'
import { riskModel, type RiskModel } from './risk-model.ts'
import type { Samples } from './samples.ts'
import { takeVectors, type VectorTable } from './vector-table.ts'

export interface TrainOptions {
  readonly seed: number
  /** The samples to learn from; all by default. */
  readonly rows?: Int32Array
  readonly onProgress?: (fraction: number) => void
}

/** Left out in turn to see how probabilities hold up on unseen rows. */
const calibrationFolds = 3

/**
 * Fits a classifier, and calibrates it on predictions for rows that a classifier of the same configuration had not seen.
 * @throws ModelInputError when the rows hold fewer than two classes
 */
export function trainRiskModel(samples: Samples, config: ModelConfig, options: TrainOptions): RiskModel {
  const { label, family, horizonDays, historyDays } = samples
  const { seed, rows = Int32Array.from(label.keys()) } = options
  const table = viewed(samples.vectors, config.view)
  const folds = innerFolds(samples, rows, seed)
  const fit = (trained: Int32Array, done: number): Learner =>
    fitLearner(table, label, trained, config, {
      seed,
      onProgress: (fraction) => options.onProgress?.((done + fraction) / (folds.length + 1)),
    })

  const unseen = folds.map(({ train, test }, k) => scoreRows(fit(train, k), table, test))
  const tested = Int32Array.from(folds.flatMap(({ test }) => [...test]))
  const calibration = chooseCalibration(
    stacked(unseen),
    tested.map((row) => label[row]!),
    tested.map((row) => family.codes[row]!),
    seed,
  )
  const { encoding, classifier, classShares } = fit(rows, folds.length)
  const artifact = {
    kind: 'risk-model',
    featureSet,
    config,
    horizonDays,
    historyDays,
    encoding,
    calibration,
    classifier: classifier.toJSON(),
    classShares,
  } as const
  return riskModel(artifact, classifier)
}

/** The classifier's probabilities, not calibrated. @param table in the view that the learner was fitted in */
export function scoreRows({ encoding, classifier }: Learner, table: VectorTable, rows: Int32Array): Matrix {
  return classifier.predictProbability(encodeVectors(takeVectors(table, rows), encoding))
}

/**
 * Blocks of time with a purged gap; where the history is too short for them, groups of families. Rows are those of the
 * samples.
 */
function innerFolds(
  { vectors, label, family, horizonDays }: Samples,
  rows: Int32Array,
  seed: number,
): Fold[] {
  const labels = rows.map((row) => label[row]!)
  const learnable = ({ train }: Fold): boolean => new Set(train.map((row) => labels[row]!)).size > 1
  const days = rows.map((row) => vectors.day[row]!)
  const blocks = purgedBlockFolds(days, calibrationFolds, horizonDays).filter(learnable)
  const folds =
    blocks.length === calibrationFolds
      ? blocks
      : groupedFolds(
          rows.map((row) => family.codes[row]!),
          labels,
          calibrationFolds,
          seed,
        ).filter(learnable)
  return folds.map(({ train, test }) => ({
    train: train.map((place) => rows[place]!),
    test: test.map((place) => rows[place]!),
  }))
}

function stacked(parts: readonly Matrix[]): Matrix {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const out = matrix(rows, riskLabels.length)
  let offset = 0
  for (const part of parts) {
    out.data.set(part.data, offset)
    offset += part.data.length
  }
  return out
}
