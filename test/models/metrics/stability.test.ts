import { describe, expect, it } from 'vitest'
import { binSample, chanceIndex, countInBins, stabilityIndex } from '../../../models/metrics/stability.ts'
import { createRandom } from '../../../models/random.ts'

describe('binSample', () => {
  it('cuts at the quantiles, and counts what is unknown beside the bins', () => {
    const { edges, counts } = binSample(Float64Array.from([4, 1, 3, 2, NaN, 8, 5, 7, 6]), 4)
    expect(edges).toEqual([2, 4, 6])
    expect(counts).toEqual([2, 2, 2, 2, 1])
  })

  it('makes one edge of equal quantiles, and none of a constant', () => {
    expect(binSample(Float64Array.from([0, 0, 0, 0, 0, 0, 1, 2]), 4).edges).toEqual([0])
    expect(binSample(Float64Array.from([3, 3, 3]))).toEqual({ edges: [], counts: [3, 0] })
    expect(binSample(Float64Array.from([NaN]))).toEqual({ edges: [], counts: [0, 1] })
  })

  it('puts a value on an edge into the bin below, and any value somewhere', () => {
    expect(countInBins(Float64Array.from([-Infinity, 2, 2.1, 1e300]), [2, 4])).toEqual([2, 1, 1, 0])
  })

  it('refuses fewer than two bins', () => {
    expect(() => binSample(new Float64Array(1), 1)).toThrow(
      'Expected `bins` to be a whole number of at least 2, got 1',
    )
  })
})

describe('stabilityIndex', () => {
  it('is what it is by hand', () => {
    // Shares with half a row more in each of two bins: (10.5, 30.5) / 41 against (20.5, 20.5) / 41.
    const byHand =
      (20.5 / 41 - 10.5 / 41) * Math.log(20.5 / 10.5) + (20.5 / 41 - 30.5 / 41) * Math.log(20.5 / 30.5)
    expect(byHand).toBeCloseTo(0.2601, 4)
    expect(stabilityIndex([10, 30], [20, 20])).toBeCloseTo(byHand, 12)
  })

  it('is 0 for equal shares, the same both ways, and finite for an empty bin', () => {
    expect(stabilityIndex([5, 5], [5, 5])).toBe(0)
    expect(stabilityIndex([1, 9], [9, 1])).toBeCloseTo(stabilityIndex([9, 1], [1, 9]), 12)
    expect(stabilityIndex([10, 0], [0, 10])).toBeGreaterThan(1)
    expect(stabilityIndex([10, 0], [0, 10])).toBeLessThan(10)
  })

  it('refuses counts of different bins', () => {
    expect(() => stabilityIndex([1], [1, 2])).toThrow('Expected counts of 1 bins, got 2')
  })
})

describe('chanceIndex', () => {
  it('knows the quantiles of the chi-squared distribution', () => {
    // χ² of 0.999 with 9 and 4 degrees of freedom is 27.877 and 18.467; both samples of 2 rows make the factor 1.
    expect(chanceIndex(10, 2, 2)).toBeCloseTo(27.877, 0)
    expect(chanceIndex(5, 2, 2)).toBeCloseTo(18.467, 0)
  })

  it('is exceeded about once in a thousand times by samples of one distribution', () => {
    const random = createRandom(7)
    const draw = (rows: number): Float64Array => Float64Array.from({ length: rows }, () => random.normal())
    let exceeded = 0
    const tries = 3000
    for (let i = 0; i < tries; i++) {
      const reference = binSample(draw(400))
      const psi = stabilityIndex(reference.counts, countInBins(draw(100), reference.edges))
      if (psi > chanceIndex(10, 400, 100)) exceeded++
    }
    expect(exceeded / tries).toBeLessThan(0.005)
  })
})
