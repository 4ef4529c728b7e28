import { describe, expect, it } from 'vitest'
import { accuracy, confusionMatrix, macroF1, mostProbable } from '../../../models/metrics/confusion.ts'
import { brierScore, brierSkill, calibrationBins, logLoss } from '../../../models/metrics/probability.ts'
import {
  averagePrecision,
  columnOf,
  isClass,
  liftAt,
  recallAt,
  rocAuc,
  rocAucOneVersusRest,
  withinGroupAuc,
} from '../../../models/metrics/ranking.ts'
import { ModelInputError } from '../../../models/errors.ts'
import { matrix } from '../../../models/matrix.ts'
import goldens from '../../goldens/validation/metrics.json' with { type: 'json' }

const closeTo = (value: number): unknown => expect.closeTo(value, 12)

describe.each(Object.entries(goldens))('metrics against scikit-learn: %s', (_, golden) => {
  const { classes, expected } = golden
  const truth = Int32Array.from(golden.truth)
  const probability = matrix(truth.length, classes, Float64Array.from(golden.probability))
  const predicted = mostProbable(probability)
  const positive = isClass(truth, classes - 1)
  const score = columnOf(probability, classes - 1)

  it('agrees on what the predicted classes are worth', () => {
    expect([...confusionMatrix(truth, predicted, classes)]).toEqual(expected.confusion)
    expect(accuracy(truth, predicted)).toEqual(closeTo(expected.accuracy))
    expect(macroF1(truth, predicted, classes)).toEqual(closeTo(expected.macroF1))
  })

  it('agrees on the ranking', () => {
    expect(rocAuc(positive, score)).toEqual(closeTo(expected.rocAuc))
    expect(rocAucOneVersusRest(truth, probability)).toEqual(closeTo(expected.rocAucOneVersusRest))
    expect(averagePrecision(positive, score)).toEqual(closeTo(expected.averagePrecision))
  })

  it('agrees on the probabilities', () => {
    expect(brierScore(positive, score)).toEqual(closeTo(expected.brier))
    expect(logLoss(truth, probability)).toEqual(closeTo(expected.logLoss))
  })

  it('agrees on the calibration curve', () => {
    const bins = calibrationBins(positive, score, 8)
    expect(bins.map((bin) => bin.observed)).toEqual(expected.calibration.observed.map(closeTo))
    expect(bins.map((bin) => bin.meanProbability)).toEqual(expected.calibration.mean.map(closeTo))
    expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(truth.length)
  })
})

describe('macroF1', () => {
  it('leaves out a class that neither occurs nor is predicted', () => {
    expect(macroF1(Int32Array.of(0, 0, 1), Int32Array.of(0, 0, 1), 3)).toBe(1)
  })

  it('counts 0 for a class that is never hit', () => {
    expect(macroF1(Int32Array.of(0, 0, 1), Int32Array.of(0, 0, 0), 2)).toBeCloseTo(0.4, 12)
  })

  it('refuses predictions of another length', () => {
    expect(() => accuracy(Int32Array.of(0, 1), Int32Array.of(0))).toThrow(ModelInputError)
  })
})

describe('recall and lift at the top', () => {
  const positive = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]

  it('counts the positives among the highest scores', () => {
    const score = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    expect(recallAt(positive, score, 0.1)).toBe(0.5)
    expect(liftAt(positive, score, 0.1)).toBe(5)
    expect(recallAt(positive, score, 0.3)).toBe(1)
  })

  it('shares ties at the border, whatever the order of the rows', () => {
    expect(recallAt(positive, new Float64Array(10), 0.1)).toBeCloseTo(0.1, 12)
    expect(recallAt(positive.toReversed(), new Float64Array(10), 0.1)).toBeCloseTo(0.1, 12)
  })
})

describe('withinGroupAuc', () => {
  it('pools the pairs of the same day and ignores the level of the day', () => {
    // Day 1 is perfectly ordered (2 pairs), day 2 is reversed (1 pair), day 3 has no positive.
    const positive = [1, 0, 0, 0, 1, 0]
    const score = [0.3, 0.2, 0.1, 0.9, 0.8, 1]
    expect(withinGroupAuc(positive, score, [1, 1, 1, 2, 2, 3])).toBeCloseTo(2 / 3, 12)
  })

  it('is undefined where no day holds both kinds', () => {
    expect(withinGroupAuc([1, 0], [1, 0], [1, 2])).toBeNaN()
  })
})

describe('brierSkill', () => {
  it('is 0 for the reference itself and 1 for certainty', () => {
    const reference = [0.25, 0.25, 0.25, 0.25]
    expect(brierSkill([1, 0, 0, 0], reference, reference)).toBe(0)
    expect(brierSkill([1, 0, 0, 0], [1, 0, 0, 0], reference)).toBe(1)
  })
})

describe('figures that need both classes', () => {
  it('are NaN without a positive', () => {
    expect(rocAuc([0, 0], [1, 2])).toBeNaN()
    expect(averagePrecision([0, 0], [1, 2])).toBeNaN()
    expect(recallAt([0, 0], [1, 2], 0.5)).toBeNaN()
  })
})
