import type { Assessment } from './assessment.ts'

export interface PromotionDecision {
  readonly promoted: boolean
  /** One sentence for people, with the figures that decided. */
  readonly reason: string
}

export interface PromotionRule {
  /** Refuse a model that does not beat both baselines, the first one too. */
  readonly mustBeatBaselines?: boolean
}

/**
 * Whether a challenger takes the current model's place: the first always does, a later one only if its macro-F1 is not
 * lower on the same folds. Both are configurations refitted there, because the stored model has seen later days.
 * @param current null when no model is current
 */
export function comparePromotion(
  current: Assessment | null,
  challenger: Assessment,
  { mustBeatBaselines = false }: PromotionRule = {},
): PromotionDecision {
  const own = `macro-F1 ${challenger.model.macroF1.toFixed(3)}`
  if (mustBeatBaselines && !challenger.beatsBaselines)
    return {
      promoted: false,
      reason:
        `${own} and average precision ${challenger.model.averagePrecision.toFixed(3)} do not beat both baselines ` +
        `(volatility: macro-F1 ${challenger.volatility.macroF1.toFixed(3)}, average precision ` +
        `${challenger.volatility.averagePrecision.toFixed(3)}), as the settings demand`,
    }
  if (!current) return { promoted: true, reason: `First model: ${own}` }
  const other = `the current model's ${current.model.macroF1.toFixed(3)} on the same folds`
  return challenger.model.macroF1 >= current.model.macroF1
    ? { promoted: true, reason: `Not worse: ${own} against ${other}` }
    : { promoted: false, reason: `Worse: ${own} against ${other}` }
}
