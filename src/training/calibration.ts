import { matrix, takeRows, type Matrix } from '../../models/matrix.ts'
import { logLoss } from '../../models/metrics/probability.ts'
import { columnOf, isClass } from '../../models/metrics/ranking.ts'
import {
  calibrated,
  calibrationKinds,
  fitCalibrator,
  type CalibrationKind,
  type Calibrator,
} from '../../models/validation/calibration.ts'
import { groupedFolds } from '../../models/validation/folds.ts'

/** One calibrator per class, on the log-odds of the classifier's probability; plain JSON. */
export interface Calibration {
  readonly kind: CalibrationKind
  readonly perClass: readonly Calibrator[]
}

const choosingFolds = 3

/**
 * Isotonic or Platt, whichever has the lower log-loss on groups that it was not fitted on.
 * @param probability `n × classes`, each row predicted by a classifier that had not seen it
 * @param groups per row, for instance the protocol
 */
export function chooseCalibration(
  probability: Matrix,
  label: Int32Array,
  groups: Int32Array,
  seed: number,
): Calibration {
  const losses = calibrationKinds.map((kind) => ({
    kind,
    loss: heldOutLoss(kind, probability, label, groups, seed),
  }))
  const best = losses.reduce((a, b) => (b.loss < a.loss ? b : a))
  return fitCalibration(best.kind, probability, label)
}

/** Calibrated probabilities; each row sums to 1. */
export function calibrate({ perClass }: Calibration, probability: Matrix): Matrix {
  const { rows, columns } = probability
  const out = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    let total = 0
    for (let c = 0; c < columns; c++) {
      const value = calibrated(perClass[c]!, logOdds(probability.data[i * columns + c]!))
      out.data[i * columns + c] = value
      total += value
    }
    for (let c = 0; c < columns; c++)
      out.data[i * columns + c] = total > 0 ? out.data[i * columns + c]! / total : 1 / columns
  }
  return out
}

function fitCalibration(kind: CalibrationKind, probability: Matrix, label: Int32Array): Calibration {
  const perClass = Array.from({ length: probability.columns }, (_, c) =>
    fitCalibrator(kind, isClass(label, c), columnOf(probability, c).map(logOdds)),
  )
  return { kind, perClass }
}

function heldOutLoss(
  kind: CalibrationKind,
  probability: Matrix,
  label: Int32Array,
  groups: Int32Array,
  seed: number,
): number {
  if (new Set(groups).size < choosingFolds) return kind === 'platt' ? 0 : Infinity
  let sum = 0
  for (const { train, test } of groupedFolds(groups, label, choosingFolds, seed)) {
    const labelOf = (rows: Int32Array): Int32Array => rows.map((row) => label[row]!)
    const calibration = fitCalibration(kind, takeRows(probability, train), labelOf(train))
    sum += test.length * logLoss(labelOf(test), calibrate(calibration, takeRows(probability, test)))
  }
  return sum
}

/** Clipped, so that a forest's 0 and 1 stay finite. */
function logOdds(probability: number): number {
  const clipped = Math.min(Math.max(probability, 1e-6), 1 - 1e-6)
  return Math.log(clipped / (1 - clipped))
}
