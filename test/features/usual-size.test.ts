import { describe, expect, it } from 'vitest'
import { createRandom } from '../../models/random.ts'
import { expectedSizes, memoryDays, usualSize } from '../../src/features/usual-size.ts'

const random = createRandom(4)
/** Newest first. */
const steps = (scaleOf: (ago: number) => number): Float64Array =>
  Float64Array.from({ length: memoryDays + 28 }, (_, ago) => scaleOf(ago) * random.normal())

describe('the usual size', () => {
  it('is the median size of the days from an index on, which an incident hardly moves', () => {
    const quiet = steps(() => 0.02)
    const size = usualSize(quiet, 1, 0.02)
    expect(size).toBeGreaterThan(0.01)
    expect(size).toBeLessThan(0.018)
    const struck = quiet.map((step, ago) => (ago < 8 ? -0.3 : step))
    expect(usualSize(struck, 1, 0.02)).toBeLessThan(1.3 * size)
  })

  it('is drawn towards the market of which it is one, and never far below it', () => {
    const young = Float64Array.from({ length: 100 }, (_, ago) => (ago < 5 ? 0.1 : NaN))
    expect(usualSize(young, 0, 0.01)).toBeCloseTo(0.01 * 10 ** (5 / 20), 9)
    expect(usualSize(new Float64Array(100).fill(NaN), 0, 0.01)).toBe(0.01)
    expect(usualSize(new Float64Array(100), 0, 0.01)).toBe(0.0025)
  })
})

describe('expected sizes', () => {
  it('follow storms and calms, and look at the days before only', () => {
    const storm = expectedSizes(
      steps((ago) => (ago < 15 ? 0.1 : 0.01)),
      0.01,
    )
    expect(storm[0]! / storm[20]!).toBeGreaterThan(2)
    const quiet = steps(() => 0.01)
    const changed = quiet.map((step, ago) => (ago === 0 ? 5 : step))
    expect(expectedSizes(changed, 0.01)).toEqual(expectedSizes(quiet, 0.01))
  })

  it('take one wild day for an incident and not for a storm', () => {
    const quiet = steps(() => 0.01)
    const struck = quiet.map((step, ago) => (ago === 1 ? -3 : step))
    expect(expectedSizes(struck, 0.01)[0]! / expectedSizes(quiet, 0.01)[0]!).toBeLessThan(1.5)
  })
})
