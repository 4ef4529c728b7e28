import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../models/random.ts'
import { bootstrapIntervals } from '../../../models/validation/bootstrap.ts'

const random = createRandom(4)
const values = Float64Array.from({ length: 400 }, () => random.normal())
const mean = (rows: Int32Array): { mean: number } => ({
  mean: rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length,
})
const alone = Int32Array.from(values.keys())

describe('bootstrapIntervals', () => {
  it('is as wide as the standard error of independent rows says', () => {
    const { mean: interval } = bootstrapIntervals(alone, mean, { seed: 1 })
    expect(interval.estimate).toBeCloseTo(mean(alone).mean, 12)
    expect((interval.upper - interval.lower) / 2).toBeCloseTo(1.96 / Math.sqrt(400), 1)
  })

  it('is wider where rows of one group say the same', () => {
    const groups = alone.map((row) => row >> 4)
    const repeated = (rows: Int32Array): { mean: number } => mean(rows.map((row) => row & ~15))
    const grouped = bootstrapIntervals(groups, repeated, { seed: 1 }).mean
    const independent = bootstrapIntervals(alone, repeated, { seed: 1 }).mean
    expect(grouped.upper - grouped.lower).toBeGreaterThan(2.5 * (independent.upper - independent.lower))
  })

  it('draws whole groups', () => {
    const groups = Int32Array.of(7, 7, 7, 9)
    bootstrapIntervals(
      groups,
      (rows) => {
        const ofSeven = rows.filter((row) => row < 3).length
        expect(ofSeven % 3).toBe(0)
        return { rows: rows.length }
      },
      { seed: 2, resamples: 20 },
    )
  })

  it('passes over resamples in which the figure is undefined', () => {
    const measure = (rows: Int32Array): { figure: number } => ({ figure: rows.includes(0) ? 1 : NaN })
    const { figure } = bootstrapIntervals(Int32Array.of(0, 1, 2), measure, { seed: 3, resamples: 50 })
    expect(figure).toEqual({ estimate: 1, lower: 1, upper: 1 })
  })
})
