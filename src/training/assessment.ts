import type { Fold } from '../../models/validation/folds.ts'
import { majorityBaseline, volatilityBaseline } from './baselines.ts'
import { crossPredict, type CrossPredictOptions } from './cross-predict.ts'
import type { FoldPredictions } from './figures.ts'
import { judge, type Judgement } from './judgement.ts'
import type { ModelConfig } from './learner.ts'
import type { Samples } from './samples.ts'

/** What a configuration is worth, beside two rules that need no learning, on the same folds. */
export interface Assessment {
  /** What the configuration said about each tested row before it had seen it. */
  readonly predictions: FoldPredictions
  readonly model: Judgement
  readonly majority: Judgement
  readonly volatility: Judgement
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
  const predictions = crossPredict(samples, config, folds, options)
  const { seed } = options
  const model = judge(samples, predictions, { seed })
  const majority = judge(samples, majorityBaseline(samples, folds), { seed })
  const volatility = judge(samples, volatilityBaseline(samples, folds), { seed })
  const beats = beatsBaselines(model, majority, volatility)
  return { predictions, model, majority, volatility, beatsBaselines: beats }
}

export function beatsBaselines(model: Judgement, majority: Judgement, volatility: Judgement): boolean {
  const macroF1 = ({ figures }: Judgement): number => figures.macroF1.estimate
  return (
    model.figures.averagePrecision.estimate > volatility.figures.averagePrecision.estimate &&
    macroF1(model) > Math.max(macroF1(majority), macroF1(volatility))
  )
}
