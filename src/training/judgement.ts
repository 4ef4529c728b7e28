import { calibrationBins, type CalibrationBin } from '../../models/metrics/probability.ts'
import {
  columnOf,
  isClass,
  precisionRecallPoints,
  type PrecisionRecallPoint,
} from '../../models/metrics/ranking.ts'
import { bootstrapIntervals, type Interval } from '../../models/validation/bootstrap.ts'
import { riskLabels } from '../features/labels.ts'
import { type FoldPredictions, type RiskFigures, weighableFigures } from './figures.ts'
import type { Samples } from './samples.ts'

/** What predictions for unseen rows were worth, bounded in size. */
export interface Judgement {
  /** With 95 % intervals over resampled protocols. */
  readonly figures: Readonly<Record<keyof RiskFigures, Interval>>
  /** Of high; about even steps of recall. */
  readonly precisionRecall: readonly PrecisionRecallPoint[]
  /** Of high; tenths of the rows by probability. */
  readonly reliability: readonly CalibrationBin[]
}

const high = riskLabels.indexOf('high')
const curvePoints = 41
const reliabilityBins = 10

export function judge(
  samples: Samples,
  predictions: FoldPredictions,
  options: { readonly seed: number; readonly resamples?: number },
): Judgement {
  const { rows, score, probability } = predictions
  const protocols = rows.map((row) => samples.vectors.protocol.codes[row]!)
  const positive = isClass(
    rows.map((row) => samples.label[row]!),
    high,
  )
  return {
    figures: bootstrapIntervals(protocols, weighableFigures(samples, predictions), options),
    precisionRecall: precisionRecallPoints(positive, score, curvePoints),
    reliability: calibrationBins(positive, columnOf(probability, high), reliabilityBins),
  }
}
