import { describe, expect, it } from 'vitest'
import { matrix } from '../../models/matrix.ts'
import { beatsBaselines, type Assessment } from '../../src/training/assessment.ts'
import type { FoldPredictions } from '../../src/training/figures.ts'
import type { Judgement } from '../../src/training/judgement.ts'
import { comparePromotion } from '../../src/training/promotion.ts'
import { drawnJudgement } from './drawn-judgement.ts'

const figures = (macroF1: number, averagePrecision: number): Judgement =>
  drawnJudgement({ macroF1, averagePrecision })
const nothing: FoldPredictions = {
  rows: new Int32Array(),
  level: new Int32Array(),
  probability: matrix(0, 3),
  score: new Float64Array(),
  baseRate: new Float64Array(),
}
const majority = figures(0.3, 0.1)
const volatility = figures(0.35, 0.12)
const assessed = (model: Judgement): Assessment => ({
  predictions: nothing,
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
  const unsure = (macroF1: number, averagePrecision: number): Assessment =>
    assessed(drawnJudgement({ macroF1, averagePrecision }, 0.02))

  it('always promotes the first model', () => {
    expect(comparePromotion(null, poor)).toEqual({
      promoted: true,
      reason: 'First model: macro-F1 0.340 and average precision 0.200',
    })
  })

  it('promotes a later one that is not worse, ties included', () => {
    expect(comparePromotion(good, better).promoted).toBe(true)
    expect(comparePromotion(good, good).promoted).toBe(true)
  })

  it('keeps a worse one as a candidate and says why', () => {
    expect(comparePromotion(better, good)).toEqual({
      promoted: false,
      reason:
        "Worse levels: macro-F1 0.450 and average precision 0.200 against the current model's macro-F1 0.460 and average " +
        'precision 0.150 on the same folds',
    })
  })

  it('lets the ranking decide where the levels differ by less than one standard error', () => {
    expect(comparePromotion(unsure(0.4, 0.1), unsure(0.385, 0.2)).promoted).toBe(true)
    expect(comparePromotion(unsure(0.4, 0.2), unsure(0.415, 0.1)).promoted).toBe(false)
    expect(comparePromotion(unsure(0.4, 0.1), unsure(0.375, 0.2)).promoted).toBe(false)
    expect(comparePromotion(unsure(0.4, 0.2), unsure(0.425, 0.1)).promoted).toBe(true)
  })

  it('can demand that both baselines are beaten, of the first model too', () => {
    const decision = comparePromotion(null, poor, { mustBeatBaselines: true })
    expect(decision.promoted).toBe(false)
    expect(decision.reason).toContain('do not beat both baselines')
    expect(comparePromotion(null, good, { mustBeatBaselines: true }).promoted).toBe(true)
  })
})
