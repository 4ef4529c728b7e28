import type { Assessment } from './assessment.ts'
import type { Judgement } from './judgement.ts'

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
 * Whether a challenger takes the current model's place: the first always does, a later one only if it is not worse on the same
 * folds. Both are configurations refitted there, because the stored model has seen later days. Macro-F1 decides; where it
 * differs by less than one standard error, average precision of high does, as in the choice among candidates.
 * @param current null when no model is current
 */
export function comparePromotion(
  current: Assessment | null,
  challenger: Assessment,
  { mustBeatBaselines = false }: PromotionRule = {},
): PromotionDecision {
  const ours = described(challenger.model)
  if (mustBeatBaselines && !challenger.beatsBaselines)
    return {
      promoted: false,
      reason: `${ours} do not beat both baselines (volatility: ${described(challenger.volatility)}), as the settings demand`,
    }
  if (!current) return { promoted: true, reason: `First model: ${ours}` }
  const { verdict, promoted } = compare(current.model, challenger.model)
  return {
    promoted,
    reason: `${verdict}: ${ours} against the current model's ${described(current.model)} on the same folds`,
  }
}

function compare(current: Judgement, challenger: Judgement): { verdict: string; promoted: boolean } {
  const [before, after] = [current.figures, challenger.figures]
  const gain = after.macroF1.estimate - before.macroF1.estimate
  const { standardError } = gain > 0 ? after.macroF1 : before.macroF1
  if (gain > standardError) return { verdict: 'Better levels', promoted: true }
  if (gain < -standardError) return { verdict: 'Worse levels', promoted: false }
  return after.averagePrecision.estimate >= before.averagePrecision.estimate
    ? { verdict: 'Levels as good, ranking not worse', promoted: true }
    : { verdict: 'Levels as good, ranking worse', promoted: false }
}

function described({ figures }: Judgement): string {
  const { macroF1, averagePrecision } = figures
  return `macro-F1 ${macroF1.estimate.toFixed(3)} and average precision ${averagePrecision.estimate.toFixed(3)}`
}
