import { describe, expect, it } from 'vitest'
import { ModelInputError } from '../../../models/errors.ts'
import { createRandom } from '../../../models/random.ts'
import {
  groupedFolds,
  purgedBlockFolds,
  stratifiedFolds,
  walkForwardFolds,
  type Fold,
} from '../../../models/validation/folds.ts'
import goldens from '../../goldens/validation/validation.json' with { type: 'json' }

const everyRowTestedOnce = (folds: readonly Fold[]): number[] =>
  folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)

describe('stratifiedFolds', () => {
  const labels = Int32Array.from(goldens.stratified.labels)
  const folds = stratifiedFolds(labels, 5, 3)

  it('gives each fold its share of each class, within one row of scikit-learn', () => {
    folds.forEach(({ test }, k) => {
      for (let c = 0; c < 3; c++) {
        const count = test.filter((row) => labels[row] === c).length
        expect(Math.abs(count - goldens.stratified.classCounts[k]![c]!)).toBeLessThanOrEqual(1)
      }
    })
    const sizes = folds.map(({ test }) => test.length).sort((a, b) => a - b)
    expect(sizes).toEqual([16, 16, 17, 17, 17])
  })

  it('tests every row once and never trains on it', () => {
    expect(everyRowTestedOnce(folds)).toEqual([...labels.keys()])
    for (const { train, test } of folds) {
      expect(train.length + test.length).toBe(labels.length)
      expect(train.some((row) => test.includes(row))).toBe(false)
    }
  })

  it('is a function of the seed', () => {
    expect(stratifiedFolds(labels, 5, 3)).toEqual(folds)
    expect(stratifiedFolds(labels, 5, 4)).not.toEqual(folds)
  })

  it('refuses more folds than rows', () => {
    expect(() => stratifiedFolds(Int32Array.of(0, 1), 3, 1)).toThrow(
      new ModelInputError('Expected 2 to 2 folds, got 3'),
    )
  })
})

describe('groupedFolds', () => {
  const groups = Int32Array.from(goldens.grouped.groups)
  const labels = Int32Array.from(goldens.grouped.labels)
  const folds = groupedFolds(groups, labels, 5, 1)

  it('never splits a group', () => {
    for (const { train, test } of folds) {
      const tested = new Set(test.map((row) => groups[row]!))
      expect(train.some((row) => tested.has(groups[row]!))).toBe(false)
    }
    expect(everyRowTestedOnce(folds)).toEqual([...groups.keys()])
  })

  it('spreads the classes as evenly as scikit-learn', () => {
    const shares = folds.map(({ test }) => test.filter((row) => labels[row] === 1).length / test.length)
    const mean = shares.reduce((a, b) => a + b) / 5
    const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / 5)
    expect(deviation).toBeLessThan(goldens.grouped.shareDeviation + 0.02)
  })
})

describe('walkForwardFolds', () => {
  // Three rows a week for 60 weeks; periods of four weeks.
  const days = Int32Array.from({ length: 180 }, (_, i) => 1000 + 7 * Math.floor(i / 3))
  const periods = days.map((day) => Math.floor((day - 1000) / 28))
  const random = createRandom(1)
  const labels = days.map(() => random.below(3))
  const options = { purgeDays: 30, trainingWindowDays: 100, testFraction: 0.6 }
  const folds = walkForwardFolds(days, periods, labels, options)

  it('trains only on rows whose horizon had closed, inside the window', () => {
    for (const { train, test } of folds) {
      const begin = Math.min(...test.map((row) => days[row]!))
      for (const row of train) {
        expect(days[row]).toBeLessThanOrEqual(begin - 30)
        expect(days[row]).toBeGreaterThan(begin - 130)
      }
    }
  })

  it('tests each row of the last 60 % of the span once, oldest first', () => {
    const from = 1000 + 0.4 * 413
    const tested = folds.flatMap(({ test }) => [...test])
    expect(tested).toEqual([...days.keys()].filter((row) => days[row]! >= from))
  })

  it('leaves out a period that has nothing to train on', () => {
    const oneClass = labels.map((label, row) => (days[row]! < 1300 ? 0 : label))
    const later = walkForwardFolds(days, periods, oneClass, options)
    expect(later.length).toBeLessThan(folds.length)
    expect(Math.min(...later[0]!.test.map((row) => days[row]!))).toBeGreaterThan(1300 + 30)
  })
})

describe('purgedBlockFolds', () => {
  const days = Int32Array.from({ length: 100 }, (_, i) => 7 * (i % 50))

  it('keeps a gap of the horizon on both sides of the left-out block', () => {
    const folds = purgedBlockFolds(days, 3, 20)
    expect(everyRowTestedOnce(folds)).toEqual([...days.keys()])
    for (const { train, test } of folds) {
      const gaps = [...train].flatMap((a) => [...test].map((b) => Math.abs(days[a]! - days[b]!)))
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(20)
    }
  })
})
