import { describe, expect, it } from 'vitest'
import { matrix } from '../../models/matrix.ts'
import { riskFigures, type FoldPredictions } from '../../src/training/figures.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { verdictOf } from '../../src/training/verdict.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

const samples = buildSamples(drawHistories(24, 300), lastDrawnDay(300))
const rows = Int32Array.from(samples.label.keys())

/** Says exactly what happens. */
const oracle: FoldPredictions = {
  rows,
  level: samples.label,
  probability: matrix(
    rows.length,
    3,
    Float64Array.from({ length: rows.length * 3 }, (_, k) =>
      samples.label[Math.floor(k / 3)] === k % 3 ? 1 : 0,
    ),
  ),
  score: Float64Array.from(samples.label),
  baseRate: new Float64Array(rows.length).fill(0.1),
}
/** Says nothing. */
const blind: FoldPredictions = { ...oracle, score: new Float64Array(rows.length) }

describe('riskFigures', () => {
  it('is perfect for an oracle', () => {
    expect(riskFigures(samples, oracle)).toMatchObject({
      macroF1: 1,
      accuracy: 1,
      averagePrecision: 1,
      rocAuc: 1,
      withinDateAuc: 1,
      brier: 0,
      brierSkill: 1,
      rows: rows.length,
    })
  })

  it('looks only at the places it is given, repeated ones too', () => {
    const high = samples.label.indexOf(2)
    const low = samples.label.indexOf(0)
    expect(riskFigures(samples, oracle, Int32Array.of(high, low, low, low)).baseRate).toBe(0.25)
  })
})

describe('verdictOf', () => {
  it('pairs the model with volatility on the same resampled rows', () => {
    const options = { seed: 1, resamples: 50 }
    const against = verdictOf(samples, oracle, blind, options).precisionOverVolatility
    const { baseRate } = riskFigures(samples, oracle)
    expect(against.estimate).toBeCloseTo(1 / baseRate, 9)
    expect(against.lower).toBeGreaterThan(1)
    const itself = verdictOf(samples, blind, blind, options).precisionOverVolatility
    expect(itself).toEqual({ estimate: 1, lower: 1, upper: 1 })
  })
})
