import type { RiskFigures } from '../../src/training/figures.ts'
import type { Judgement } from '../../src/training/judgement.ts'

const middling: RiskFigures = {
  macroF1: 0.4,
  accuracy: 0.5,
  averagePrecision: 0.1,
  precisionOverVolatility: 1,
  rocAuc: 0.5,
  rocAucOneVersusRest: 0.5,
  withinDateAuc: 0.5,
  brier: 0.1,
  brierSkill: 0,
  logLoss: 1,
  liftAt10: 1,
  recallAt10: 0.1,
  baseRate: 0.1,
  rows: 100,
}

/** A judgement with the given figures, and middling ones for the rest; every interval is ± two standard errors. */
export function drawnJudgement(changed: Partial<RiskFigures>, standardError = 0): Judgement {
  const interval = (estimate: number) => ({
    estimate,
    lower: estimate - 2 * standardError,
    upper: estimate + 2 * standardError,
    standardError,
  })
  const figures = Object.entries({ ...middling, ...changed }).map(([name, value]) => [name, interval(value)])
  return {
    figures: Object.fromEntries(figures) as Judgement['figures'],
    precisionRecall: [{ recall: 1, precision: 0.1 }],
    reliability: [{ rows: 100, meanProbability: 0.1, observed: 0.1 }],
  }
}
