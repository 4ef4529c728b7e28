import { describe, expect, it } from 'vitest'
import { riskMetrics } from '../../src/domain/risk-metrics.ts'
import { assess } from '../../src/training/assessment.ts'
import { candidatesOf, evaluateCandidate } from '../../src/training/candidates.ts'
import { foldsOf } from '../../src/training/folds.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { storedMetrics } from '../../src/training/stored-metrics.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

describe('the metrics that are kept with a model', () => {
  const samples = buildSamples(drawHistories(24, 300), lastDrawnDay(300))
  const folds = foldsOf(samples, 'walk-forward-blocks', 1)
  const options = { views: ['ranks'], balances: ['smote'], grid: { C: [0.01, 0.1] } } as const
  const results = candidatesOf('logistic', options).map((candidate) =>
    evaluateCandidate(samples, candidate, folds, { seed: 1 }),
  )
  const assessment = assess(samples, results[0]!.candidate.config, folds, { seed: 1 })
  // As it comes back from the database.
  const kept: unknown = JSON.parse(JSON.stringify(storedMetrics(assessment, results)))
  const metrics = riskMetrics.parse(kept)

  it('hold every figure with its interval, for the model, its candidates and both baselines', () => {
    for (const judgement of [
      metrics,
      ...metrics.leaderboard,
      metrics.baselines.majority,
      metrics.baselines.volatility,
    ]) {
      const { average_precision: value, intervals } = judgement
      expect(value).toBeGreaterThan(0)
      expect(intervals.average_precision.lower).toBeLessThanOrEqual(value!)
      expect(intervals.average_precision.upper).toBeGreaterThanOrEqual(value!)
      expect(judgement.precision_recall.length).toBeGreaterThan(0)
      expect(judgement.reliability.length).toBeGreaterThan(0)
    }
    expect(metrics.baselines.volatility.precision_over_volatility).toBe(1)
  })

  it('name every candidate, the highest macro-F1 first', () => {
    expect(metrics.leaderboard.map(({ algorithm, params }) => [algorithm, params['C']]).sort()).toEqual([
      ['logistic', 0.01],
      ['logistic', 0.1],
    ])
    const [first, second] = metrics.leaderboard
    expect(first!.macro_f1).toBeGreaterThanOrEqual(second!.macro_f1!)
  })

  it('write null where a figure is undefined', () => {
    const undefinedFigure = { estimate: NaN, lower: NaN, upper: NaN, standardError: NaN }
    const { figures } = assessment.model
    const model = { ...assessment.model, figures: { ...figures, rocAuc: undefinedFigure } }
    expect(storedMetrics({ ...assessment, model }, [])).toMatchObject({
      roc_auc: null,
      intervals: { roc_auc: { lower: null, upper: null } },
      leaderboard: [],
    })
  })

  it('stay small enough to be read with a page', () => {
    expect(JSON.stringify(metrics.leaderboard[0]).length).toBeLessThan(5_000)
  })
})
