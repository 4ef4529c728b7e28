import { describe, expect, it } from 'vitest'
import { matrix, takeRows } from '../../models/matrix.ts'
import { createRandom } from '../../models/random.ts'
import { riskFigures, weighableFigures, type FoldPredictions } from '../../src/training/figures.ts'
import { judge } from '../../src/training/judgement.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { volatilityScores } from '../../src/training/volatility.ts'
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

  it('has a base rate of average precision where nothing is said', () => {
    const { averagePrecision, baseRate } = riskFigures(samples, blind)
    expect(averagePrecision).toBeCloseTo(baseRate, 12)
  })

  it('counts a row of weight 2 like the row twice, and one of weight 0 not at all', () => {
    const random = createRandom(5)
    const noisy: FoldPredictions = {
      ...oracle,
      level: rows.map(() => random.below(3)),
      probability: matrix(
        rows.length,
        3,
        Float64Array.from({ length: rows.length * 3 }, () => random.next()),
      ),
      // Few values, so that many rows tie.
      score: Float64Array.from(rows, () => random.below(20)),
    }
    const weights = Float64Array.from(rows, () => random.below(3))
    const places = [...rows].flatMap((row) => Array.from({ length: weights[row]! }, () => row))
    const drawn: FoldPredictions = {
      rows: Int32Array.from(places),
      level: Int32Array.from(places, (place) => noisy.level[place]!),
      probability: takeRows(noisy.probability, places),
      score: Float64Array.from(places, (place) => noisy.score[place]!),
      baseRate: Float64Array.from(places, (place) => noisy.baseRate[place]!),
    }
    const weighed = weighableFigures(samples, noisy)(weights)
    for (const [name, value] of Object.entries(riskFigures(samples, drawn)))
      expect(weighed[name as keyof typeof weighed], name).toBeCloseTo(value as number, 10)
  })
})

describe('judge', () => {
  const options = { seed: 1, resamples: 50 }

  it('pairs the model with volatility on the same resampled rows', () => {
    const { precisionOverVolatility: ratio } = judge(samples, oracle, options).figures
    expect(ratio.lower).toBeGreaterThan(1)
    const volatility = { ...oracle, score: volatilityScores(samples.vectors, rows) }
    const { precisionOverVolatility: itself } = judge(samples, volatility, options).figures
    expect(itself).toMatchObject({ estimate: 1, lower: 1, upper: 1 })
  })

  it('keeps curves of bounded size', () => {
    const { precisionRecall, reliability } = judge(samples, oracle, options)
    expect(precisionRecall.length).toBeLessThanOrEqual(41)
    expect(precisionRecall.at(-1)).toEqual({ recall: 1, precision: 1 })
    const random = createRandom(3)
    const many = { ...oracle, score: Float64Array.from(rows, () => random.next()) }
    const curve = judge(samples, many, options).precisionRecall
    expect(curve.length).toBeGreaterThan(10)
    expect(curve.length).toBeLessThanOrEqual(41)
    expect(curve.map(({ recall }) => recall)).toEqual(curve.map(({ recall }) => recall).sort((a, b) => a - b))
    expect(reliability.length).toBeLessThanOrEqual(10)
    expect(reliability.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length)
  })
})
