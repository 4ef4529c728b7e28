import { describe, expect, it } from 'vitest'
import { createRandom, shuffle } from '../../models/random.ts'
import { crossPredict } from '../../src/training/cross-predict.ts'
import {
  candidatesOf,
  chooseCandidate,
  defaultGrids,
  evaluateCandidate,
  type CandidateResult,
} from '../../src/training/candidates.ts'
import { assess } from '../../src/training/assessment.ts'
import { majorityBaseline, volatilityBaseline } from '../../src/training/baselines.ts'
import { riskFigures, type RiskFigures } from '../../src/training/figures.ts'
import { foldsOf } from '../../src/training/folds.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { drawnJudgement } from './drawn-judgement.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

const samples = buildSamples(drawHistories(24, 300), lastDrawnDay(300))
const folds = foldsOf(samples, 'walk-forward-blocks', 1)
const ridge = candidatesOf('logistic', { views: ['ranks'], balances: ['smote'], grid: { C: [0.1] } })[0]!

describe('the default grid', () => {
  const algorithms = Object.keys(defaultGrids) as (keyof typeof defaultGrids)[]

  it.each(algorithms)('has nine configurations of %s, each with an id of its own', (algorithm) => {
    const candidates = candidatesOf(algorithm, { views: ['ranks'], balances: ['smote'] })
    expect(candidates).toHaveLength(9)
    expect(new Set(candidates.map(({ id }) => id)).size).toBe(9)
  })

  it('tries each on raw features and on ranks, with and without SMOTE', () => {
    const candidates = candidatesOf('logistic')
    expect(new Set(candidates.map(({ id }) => id)).size).toBe(36)
    expect(new Set(candidates.map(({ config }) => `${config.view} ${config.balance}`)).size).toBe(4)
  })

  it('names a candidate after what it is', () => {
    expect(ridge.id).toBe('logistic ranks smote C=0.1')
  })
})

describe('evaluateCandidate', () => {
  it('gives the same figures on both sides of a structured clone', () => {
    const direct = evaluateCandidate(samples, ridge, folds, { seed: 3 })
    const cloned = structuredClone({ samples, ridge, folds })
    expect(evaluateCandidate(cloned.samples, cloned.ridge, cloned.folds, { seed: 3 })).toEqual(direct)
    expect(direct.judgement.figures.rows.estimate).toBe(folds.reduce((sum, { test }) => sum + test.length, 0))
  })

  it('tells how far it is, and ends when the callback throws', () => {
    const seen: number[] = []
    const forest = candidatesOf('random-forest', {
      views: ['raw'],
      balances: ['none'],
      grid: { n_estimators: [5] },
    })[0]!
    evaluateCandidate(samples, forest, folds, { seed: 1, onProgress: (done) => seen.push(done) })
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
    const cancel = (): never => {
      throw new Error('cancelled')
    }
    expect(() => evaluateCandidate(samples, forest, folds, { seed: 1, onProgress: cancel })).toThrow(
      'cancelled',
    )
  })
})

describe('chooseCandidate', () => {
  const result = (id: string, changed: Partial<RiskFigures>, error = 0): CandidateResult => ({
    candidate: { ...ridge, id },
    judgement: drawnJudgement(changed, error),
  })

  it('takes the highest macro-F1', () => {
    const results = [result('a', { macroF1: 0.4 }), result('b', { macroF1: 0.5 })]
    expect(chooseCandidate(results)?.candidate.id).toBe('b')
  })

  it('takes the better ranking among those that lie within one standard error of it', () => {
    const results = [
      result('best levels', { macroF1: 0.5, averagePrecision: 0.1 }, 0.02),
      result('good at both', { macroF1: 0.485, averagePrecision: 0.2 }, 0.02),
      result('poor levels', { macroF1: 0.47, averagePrecision: 0.3 }, 0.02),
    ]
    expect(chooseCandidate(results)?.candidate.id).toBe('good at both')
    expect(chooseCandidate(results.toReversed())?.candidate.id).toBe('good at both')
  })

  it('does without a standard error where there is none', () => {
    const results = [result('a', { macroF1: 0.4 }, NaN), result('b', { macroF1: 0.5 }, NaN)]
    expect(chooseCandidate(results)?.candidate.id).toBe('b')
  })

  it('breaks ties by average precision, log-loss and id, in whatever order the results come', () => {
    const results = [
      result('d', { averagePrecision: 0.2, logLoss: 1 }),
      result('c', { averagePrecision: 0.3, logLoss: 2 }),
      result('b', { averagePrecision: 0.3, logLoss: 1 }),
      result('a', { averagePrecision: NaN, logLoss: 1 }),
      result('e', { averagePrecision: 0.3, logLoss: 1 }),
    ]
    expect(chooseCandidate(results)?.candidate.id).toBe('b')
    expect(chooseCandidate(results.toReversed())?.candidate.id).toBe('b')
  })

  it('is null without results', () => {
    expect(chooseCandidate([])).toBeNull()
  })
})

describe('levels', () => {
  it('name the rare classes as often as SMOTE makes a classifier name them, from balanced or plain rows', () => {
    const shareOfHigh = (balance: 'none' | 'smote'): number => {
      const { level } = crossPredict(samples, { ...ridge.config, balance }, folds, { seed: 1 })
      return level.filter((one) => one === 2).length / level.length
    }
    expect(shareOfHigh('none') / shareOfHigh('smote')).toBeGreaterThan(0.6)
    expect(shareOfHigh('none') / shareOfHigh('smote')).toBeLessThan(1.6)
  })
})

describe('baselines on the same folds', () => {
  it('judge the same rows as the model, against the same base rate', () => {
    const model = crossPredict(samples, ridge.config, folds, { seed: 1 })
    for (const baseline of [majorityBaseline(samples, folds), volatilityBaseline(samples, folds)]) {
      expect(baseline.rows).toEqual(model.rows)
      expect(baseline.baseRate).toEqual(model.baseRate)
    }
  })

  it('majority ranks nothing and has no skill', () => {
    const figures = riskFigures(samples, majorityBaseline(samples, folds))
    expect(figures.rocAuc).toBe(0.5)
    expect(figures.averagePrecision).toBeCloseTo(figures.baseRate, 12)
    expect(figures.brierSkill).toBeCloseTo(0, 12)
    expect(figures.liftAt10).toBeCloseTo(1, 12)
  })

  it('volatility alone finds the fragile protocols of a market where they move more', () => {
    const figures = riskFigures(samples, volatilityBaseline(samples, folds))
    expect(figures.withinDateAuc).toBeGreaterThan(0.6)
  })
})

describe('assess', () => {
  it('says that a model which learned the fragile ones is better than no model', () => {
    const assessment = assess(samples, ridge.config, folds, { seed: 1 })
    const [model, majority] = [assessment.model.figures, assessment.majority.figures]
    expect(model.rocAuc.estimate).toBeGreaterThan(0.65)
    expect(model.macroF1.estimate).toBeGreaterThan(majority.macroF1.estimate)
    expect(model.brierSkill.estimate).toBeGreaterThan(0)
  })

  it('does not find skill in shuffled outcomes', () => {
    const shuffled = { ...samples, label: shuffle(samples.label.slice(), createRandom(1)) }
    const { model } = assess(shuffled, ridge.config, folds, { seed: 1 })
    expect(model.figures.withinDateAuc.estimate).toBeLessThan(0.6)
    expect(model.figures.brierSkill.estimate).toBeLessThan(0.05)
  })
})
