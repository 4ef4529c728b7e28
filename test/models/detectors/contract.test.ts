import { describe, expect, it } from 'vitest'
import { createDetector, loadDetector } from '../../../models/detectors/catalogue.ts'
import { detectorAlgorithms, type DetectorArtifact } from '../../../models/detectors/detector.ts'
import { ModelInputError } from '../../../models/errors.ts'
import { fromRows, type Matrix, matrix, row, takeRows } from '../../../models/matrix.ts'
import { rocAuc } from '../../../models/metrics/ranking.ts'
import { createRandom } from '../../../models/random.ts'

const columns = 6

/** A correlated crowd; the first `outliers` rows lie far outside of it. Some values are missing. */
function crowd(rows: number, outliers: number, seed: number): Matrix {
  const random = createRandom(seed)
  const x = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    const common = random.normal()
    for (let k = 0; k < columns; k++) {
      const far = i < outliers ? 6 * random.normal() : 0
      const value = 100 * k + (k + 1) * (common + 0.5 * random.normal() + far)
      x.data[i * columns + k] = random.next() < 0.02 ? NaN : value
    }
  }
  return x
}

const outliers = 15
const train = crowd(300, outliers, 1)
const fresh = crowd(100, outliers, 2)
const isOutlier = (rows: number): number[] => Array.from({ length: rows }, (_, i) => (i < outliers ? 1 : 0))

describe.each(detectorAlgorithms)('%s', (algorithm) => {
  const detector = createDetector(algorithm)
  const fitted = detector.fit(train, { seed: 7 })

  it('gives one finite score per row and one contribution per value', () => {
    const { scores, contributions } = fitted.explain(fresh)
    expect(scores).toHaveLength(fresh.rows)
    expect(fitted.trainingScores).toHaveLength(train.rows)
    expect(contributions).toMatchObject({ rows: fresh.rows, columns })
    expect([...scores, ...fitted.trainingScores, ...contributions.data].every(Number.isFinite)).toBe(true)
    expect(Math.min(...contributions.data)).toBeGreaterThanOrEqual(0)
    expect(scores).toEqual(fitted.decisionFunction(fresh))
    expect(contributions).toEqual(fitted.contributions(fresh))
  })

  it('scores abnormal rows higher, in training and in new data', () => {
    expect(rocAuc(isOutlier(train.rows), fitted.trainingScores)).toBeGreaterThan(0.9)
    expect(rocAuc(isOutlier(fresh.rows), fitted.decisionFunction(fresh))).toBeGreaterThan(0.9)
  })

  it('gives the same bytes for the same rows, parameters and seed', () => {
    expect(JSON.stringify(detector.fit(train, { seed: 7 }))).toBe(JSON.stringify(fitted))
  })

  it('scores the same bytes after a round trip through JSON', () => {
    const loaded = loadDetector(JSON.parse(JSON.stringify(fitted)) as DetectorArtifact)
    expect(loaded.explain(fresh)).toEqual(fitted.explain(fresh))
    expect(loaded.trainingScores).toEqual(fitted.trainingScores)
    expect(loaded.params).toEqual(fitted.params)
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(fitted))
  })

  it('scores each row by itself, whatever else is asked in the same call', () => {
    const together = fitted.decisionFunction(fresh)
    for (const i of [0, 40, 99]) expect(fitted.decisionFunction(takeRows(fresh, [i]))[0]).toBe(together[i])
  })

  it('leaves its input as it was', () => {
    const before = Float64Array.from(train.data)
    detector.fit(train, { seed: 1 })
    expect(train.data).toEqual(before)
  })

  it('names the feature that was moved', () => {
    const typical = fromRows([Array.from({ length: columns }, (_, k) => 100 * k)])
    for (let k = 0; k < columns; k++) {
      const moved = takeRows(typical, [0])
      moved.data[k]! += 30 * (k + 1)
      const contributions = row(fitted.contributions(moved), 0)
      expect(contributions.indexOf(Math.max(...contributions))).toBe(k)
    }
  })

  it('refuses rows of another width, and a matrix without rows', () => {
    expect(() => fitted.decisionFunction(matrix(2, columns + 1))).toThrow(ModelInputError)
    expect(() => fitted.contributions(matrix(2, columns - 1))).toThrow(/Expected 6 columns, got 5/)
    expect(() => detector.fit(matrix(0, columns), { seed: 1 })).toThrow(/at least one row/)
  })

  it.each([
    ['one row', fromRows([[1, 2, 3, 4, 5, 6]])],
    ['equal rows', fromRows(Array.from({ length: 40 }, () => [1, 2, 3, 4, 5, 6]))],
    [
      'a column without values',
      fromRows(Array.from({ length: 40 }, (_, i) => [i, NaN, i % 3, 1, -i, i * i])),
    ],
    ['no values at all', matrix(30, columns, new Float64Array(30 * columns).fill(NaN))],
    [
      'huge values',
      fromRows(Array.from({ length: 40 }, (_, i) => [i, 1e300, -Infinity, i % 5, Infinity, 1e308 * i])),
    ],
  ])('stays finite on %s', (_, x) => {
    const degenerate = detector.fit(x, { seed: 3 })
    const { scores, contributions } = degenerate.explain(
      fromRows([
        [1e308, -Infinity, NaN, 0, 1, 2],
        [1, 2, 3, 4, 5, 6],
      ]),
    )
    expect([...degenerate.trainingScores, ...scores, ...contributions.data].every(Number.isFinite)).toBe(true)
  })

  it('scores equal rows equally', () => {
    const { trainingScores } = detector.fit(fromRows(Array.from({ length: 30 }, () => [1, 2, 3])), {
      seed: 3,
    })
    expect(new Set(trainingScores).size).toBe(1)
  })
})

describe('contributions', () => {
  it.each(['isolation-forest', 'lof', 'autoencoder', 'dbscan'] as const)(
    'add up to the score of %s',
    (algorithm) => {
      const { scores, contributions } = createDetector(algorithm).fit(train, { seed: 7 }).explain(fresh)
      scores.forEach((score, i) =>
        expect(row(contributions, i).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 9),
      )
    },
  )

  it('add up to the score of one-class-svm and a constant', () => {
    const { scores, contributions } = createDetector('one-class-svm').fit(train, { seed: 7 }).explain(fresh)
    const rests = scores.map((score, i) => row(contributions, i).reduce((sum, part) => sum + part, -score))
    expect(Math.max(...rests) - Math.min(...rests)).toBeLessThan(1e-9)
  })
})

describe('createDetector', () => {
  it('names an unknown parameter, a value out of range and an unknown engine', () => {
    expect(() => createDetector('lof', { neighbors: 3 })).toThrow(
      /Unknown parameter `neighbors`; allowed: neighbours, scaling/,
    )
    expect(() => createDetector('lof', { neighbours: 0 })).toThrow(
      /Expected `neighbours` to be a whole number in 1 to 10000, got 0/,
    )
    expect(() => createDetector('one-class-svm', { gamma: 'big' })).toThrow(
      /"scale" or "auto" or a number in/,
    )
    expect(() => createDetector('lof', {}, 'gpu')).toThrow(
      /Expected engine of lof to be "native-ts", got "gpu"/,
    )
  })

  it('refuses an artifact of something else', () => {
    const artifact = createDetector('dbscan').fit(train, { seed: 1 }).toJSON()
    expect(() => loadDetector({ ...artifact, algorithm: 'knn' } as unknown as DetectorArtifact)).toThrow(
      /got detector knn/,
    )
    const broken = JSON.parse(
      JSON.stringify(artifact).replace(/"cores":"[^"]{4}/, '"cores":"'),
    ) as DetectorArtifact
    expect(() => loadDetector(broken)).toThrow(ModelInputError)
  })
})
