import { describe, expect, it } from 'vitest'
import { evidenceOfDrift, evidenceOfFall, type Noise } from '../../src/features/evidence.ts'

const noise: Noise = { scale: 0.02, freedom: 3 }
const logDensity = (x: number): number => -2 * Math.log1p((x / noise.scale) ** 2 / 3)

describe('evidence', () => {
  it('of a fall is the log likelihood ratio of Student t noise, with the most likely size', () => {
    expect(evidenceOfFall(0.1, 0.3, noise)).toBeCloseTo(logDensity(-0.2) - logDensity(0.1), 12)
    expect(evidenceOfFall(0.5, 0.3, noise)).toBeCloseTo(-logDensity(0.5), 12)
    expect(evidenceOfFall(NaN, 0.3, noise)).toBeNaN()
  })

  it('of ten times the fall is a few nats more', () => {
    const more = evidenceOfFall(5, 0.3, noise) - evidenceOfFall(0.5, 0.3, noise)
    expect(more).toBeGreaterThan(0)
    expect(more).toBeLessThan(10)
  })

  it('of a drift adds up over the days and leaves unknown ones out', () => {
    const steady = (days: number): Float64Array => new Float64Array(days).fill(-0.08)
    const drift = (steps: Float64Array): number => evidenceOfDrift(steps, steps.length, [0.4, 0.8], noise)
    expect(drift(steady(10))).toBeCloseTo(-10 * logDensity(0.08), 12)
    expect(drift(steady(5))).toBeCloseTo(-5 * logDensity(0.08), 12)
    expect(drift(Float64Array.of(-0.08, NaN, -0.08, -0.08, -0.08))).toBeCloseTo(-4 * logDensity(0.08), 12)
    expect(drift(Float64Array.of(NaN, NaN))).toBeNaN()
  })

  it('of a drift is little for one day that carries it all, and none for a glitch that came back', () => {
    const once = evidenceOfDrift(Float64Array.of(0, 0, -0.8, 0, 0), 5, [0.8], noise)
    expect(once).toBeLessThan(0)
    expect(evidenceOfDrift(Float64Array.of(2, -2), 2, [0.4, 0.8], noise)).toBeLessThan(1)
  })
})
