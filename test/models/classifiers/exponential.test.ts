import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { exponential } from '../../../models/classifiers/exponential.ts'

describe('the exponential of boosting', () => {
  it('equals the built-in one to 2 units in the last place where margins lie', () => {
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), (x) => {
        expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(2e-15)
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  it('is exactly 1 at 0 and stays finite and above 0 at any distance', () => {
    expect(exponential(0)).toBe(1)
    for (const x of [700, 1e6, Infinity]) {
      expect(exponential(x) / Math.exp(700)).toBeCloseTo(1, 12)
      expect(exponential(-x) / Math.exp(-700)).toBeCloseTo(1, 12)
    }
  })
})
