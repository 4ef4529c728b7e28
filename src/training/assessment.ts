import type { Fold } from '../../models/validation/folds.ts'
import { majorityBaseline, volatilityBaseline } from './baselines.ts'
import { crossPredict, type CrossPredictOptions } from './cross-predict.ts'
import { riskFigures, type RiskFigures } from './figures.ts'
import type { ModelConfig } from './learner.ts'
import type { Samples } from './samples.ts'

/** What a configuration is worth, beside two rules that need no learning, on the same folds. */
export interface Assessment {
  readonly model: RiskFigures
  readonly majority: RiskFigures
  readonly volatility: RiskFigures
  /** Ranks better than volatility alone, and picks levels better than both baselines. */
  readonly beatsBaselines: boolean
}

/** Refits the whole configuration, calibration included, on every fold. */
export function assess(
  samples: Samples,
  config: ModelConfig,
  folds: readonly Fold[],
  options: CrossPredictOptions,
): Assessment {
  const model = riskFigures(samples, crossPredict(samples, config, folds, options))
  const majority = riskFigures(samples, majorityBaseline(samples, folds))
  const volatility = riskFigures(samples, volatilityBaseline(samples, folds))
  return { model, majority, volatility, beatsBaselines: beatsBaselines(model, majority, volatility) }
}

export function beatsBaselines(model: RiskFigures, majority: RiskFigures, volatility: RiskFigures): boolean {
  return (
    model.averagePrecision > volatility.averagePrecision &&
    model.macroF1 > Math.max(majority.macroF1, volatility.macroF1)
  )
}
