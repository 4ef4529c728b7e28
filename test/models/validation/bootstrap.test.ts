import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../models/random.ts'
import { bootstrapIntervals } from '../../../models/validation/bootstrap.ts'

const random = createRandom(4)
const values = Float64Array.from({ length: 400 }, () => random.normal())
/** The mean of what `read` gives for each row, counted by weight. */
const meanOf =
  (read: (row: number) => number) =>
  (weights: Float64Array): { mean: number } => {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return { mean: weights.reduce((sum, weight, row) => sum + weight * read(row), 0) / total }
  }
const mean = meanOf((row) => values[row]!)
const alone = Int32Array.from(values.keys())

describe('bootstrapIntervals', () => {
  it('is as wide as the standard error of independent rows says', () => {
    const { mean: interval } = bootstrapIntervals(alone, mean, { seed: 1 })
    expect(interval.estimate).toBeCloseTo(values.reduce((a, b) => a + b) / 400, 12)
    expect(interval.standardError).toBeCloseTo(1 / Math.sqrt(400), 2)
    expect((interval.upper - interval.lower) / 2).toBeCloseTo(1.96 / Math.sqrt(400), 1)
  })

  it('is wider where rows of one group say the same', () => {
    const groups = alone.map((row) => row >> 4)
    const repeated = meanOf((row) => values[row & ~15]!)
    const grouped = bootstrapIntervals(groups, repeated, { seed: 1 }).mean
    const independent = bootstrapIntervals(alone, repeated, { seed: 1 }).mean
    expect(grouped.upper - grouped.lower).toBeGreaterThan(2.5 * (independent.upper - independent.lower))
  })

  it('draws whole groups, as many as there are', () => {
    const groups = Int32Array.of(7, 7, 7, 9)
    let drawn = 0
    bootstrapIntervals(
      groups,
      (weights) => {
        const [first, second, third, ofNine] = [...weights]
        expect([second, third]).toEqual([first, first])
        if (drawn++ > 0) expect(first! + ofNine!).toBe(2)
        return { first: first! }
      },
      { seed: 2, resamples: 20 },
    )
  })

  it('passes over resamples in which the figure is undefined', () => {
    const measure = (weights: Float64Array): { figure: number } => ({ figure: weights[0]! > 0 ? 1 : NaN })
    const { figure } = bootstrapIntervals(Int32Array.of(0, 1, 2), measure, { seed: 3, resamples: 50 })
    expect(figure).toEqual({ estimate: 1, lower: 1, upper: 1, standardError: 0 })
  })
})
