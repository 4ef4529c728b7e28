import { averagePrecision, isClass } from '../../models/metrics/ranking.ts'
import { bootstrapIntervals, type Interval } from '../../models/validation/bootstrap.ts'
import { riskLabels } from '../features/labels.ts'
import { riskFigures, type FoldPredictions, type RiskFigures } from './figures.ts'
import type { Samples } from './samples.ts'

/** Figures with their 95 % intervals over resampled protocols. */
export interface Verdict {
  readonly figures: Readonly<Record<keyof RiskFigures, Interval>>
  /** Average precision divided by that of volatility alone, both on the same resampled rows. */
  readonly precisionOverVolatility: Interval
}

const high = riskLabels.indexOf('high')

/** @param volatility the baseline on the same folds, so its rows are the same in the same order */
export function verdictOf(
  samples: Samples,
  predictions: FoldPredictions,
  volatility: FoldPredictions,
  options: { readonly seed: number; readonly resamples?: number },
): Verdict {
  const { rows } = predictions
  const protocols = rows.map((row) => samples.vectors.protocol.codes[row]!)
  const positive = isClass(
    rows.map((row) => samples.label[row]!),
    high,
  )
  const precision = (score: Float64Array, places: Int32Array): number =>
    averagePrecision(
      places.map((place) => positive[place]!),
      Float64Array.from(places, (place) => score[place]!),
    )
  const { precisionOverVolatility, ...figures } = bootstrapIntervals(
    protocols,
    (places) => ({
      ...riskFigures(samples, predictions, places),
      precisionOverVolatility: precision(predictions.score, places) / precision(volatility.score, places),
    }),
    options,
  )
  return { figures, precisionOverVolatility }
}
