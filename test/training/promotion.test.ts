import { describe, expect, it } from 'vitest'
import { beatsBaselines, type Assessment } from '../../src/training/assessment.ts'
import type { RiskFigures } from '../../src/training/figures.ts'
import { comparePromotion } from '../../src/training/promotion.ts'

const figures = (macroF1: number, averagePrecision: number): RiskFigures => ({
  macroF1,
  averagePrecision,
  accuracy: 0.5,
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
})
const majority = figures(0.3, 0.1)
const volatility = figures(0.35, 0.12)
const assessed = (model: RiskFigures): Assessment => ({
  model,
  majority,
  volatility,
  beatsBaselines: beatsBaselines(model, majority, volatility),
})
const good = assessed(figures(0.45, 0.2))
const better = assessed(figures(0.46, 0.15))
const poor = assessed(figures(0.34, 0.2))

describe('beatsBaselines', () => {
  it('asks for a better ranking than volatility and better levels than both', () => {
    expect(good.beatsBaselines).toBe(true)
    expect(poor.beatsBaselines).toBe(false)
    expect(assessed(figures(0.45, 0.12)).beatsBaselines).toBe(false)
  })
})

describe('comparePromotion', () => {
  it('always promotes the first model', () => {
    expect(comparePromotion(null, poor)).toEqual({ promoted: true, reason: 'First model: macro-F1 0.340' })
  })

  it('promotes a later one that is not worse, ties included', () => {
    expect(comparePromotion(good, better).promoted).toBe(true)
    expect(comparePromotion(good, good).promoted).toBe(true)
  })

  it('keeps a worse one as a candidate and says why', () => {
    expect(comparePromotion(better, good)).toEqual({
      promoted: false,
      reason: "Worse: macro-F1 0.450 against the current model's 0.460 on the same folds",
    })
  })

  it('can demand that both baselines are beaten, of the first model too', () => {
    const decision = comparePromotion(null, poor, { mustBeatBaselines: true })
    expect(decision.promoted).toBe(false)
    expect(decision.reason).toContain('do not beat both baselines')
    expect(comparePromotion(null, good, { mustBeatBaselines: true }).promoted).toBe(true)
  })
})
