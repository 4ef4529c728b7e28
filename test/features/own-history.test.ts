import { describe, expect, it } from 'vitest'
import { fromRows, matrix } from '../../models/matrix.ts'
import { medianInPlace } from '../../src/features/median.ts'
import { largestOwnHistoryScore, ownHistoryScores } from '../../src/features/own-history.ts'
import { repeat } from './daily.ts'

function scoreOf(value: number, past: number[]): number {
  return ownHistoryScores(Float64Array.of(value), fromRows(past.map((one) => [one])))[0]!
}

describe('a score against the own history', () => {
  // 1 to 11: median 6, median absolute deviation 3.
  const past = repeat(11, (i) => i + 1)

  it('is the distance from the median in robust standard deviations, with its sign', () => {
    expect(scoreOf(12, past)).toBeCloseTo(6 / (1.4826 * 3), 12)
    expect(scoreOf(0, past)).toBeCloseTo(-6 / (1.4826 * 3), 12)
    expect(scoreOf(6, past)).toBe(0)
  })

  it('is not moved by one wild day of the past', () => {
    expect(scoreOf(12, [...past.slice(0, 10), 1e9])).toBeCloseTo(6 / (1.4826 * 3), 12)
  })

  it('takes the mean deviation where most of the past is equal', () => {
    // Median 5, median absolute deviation 0, mean absolute deviation 5 / 10.
    expect(scoreOf(6, [...repeat(9, () => 5), 10])).toBeCloseTo(1 / (1.2533 * 0.5), 12)
  })

  it('is 0 or the largest against a past that never moved', () => {
    const still = repeat(10, () => 5)
    expect(scoreOf(5, still)).toBe(0)
    expect(scoreOf(5.01, still)).toBe(largestOwnHistoryScore)
    expect(scoreOf(4.99, still)).toBe(-largestOwnHistoryScore)
  })

  it('is unknown for an unknown value or fewer than 10 known ones in the past', () => {
    expect(scoreOf(NaN, past)).toBeNaN()
    expect(scoreOf(1, [...repeat(9, (i) => i), NaN, NaN])).toBeNaN()
    expect(scoreOf(1, [...repeat(10, (i) => i), NaN])).not.toBeNaN()
    expect([...ownHistoryScores(Float64Array.of(1, 2), matrix(0, 2))]).toEqual([NaN, NaN])
  })

  it('is taken column by column', () => {
    const rows = repeat(11, (i) => i + 1).map((one) => [one, 100 * one])
    const scores = ownHistoryScores(Float64Array.of(12, 600), fromRows(rows))
    expect(scores[0]).toBeCloseTo(6 / (1.4826 * 3), 12)
    expect(scores[1]).toBe(0)
  })

  it('refuses a vector of another width', () => {
    expect(() => ownHistoryScores(new Float64Array(14), matrix(20, 15))).toThrow('Expected a vector of 15')
  })
})

describe('the median in place', () => {
  it('agrees with a sort for every length, with ties', () => {
    for (let count = 1; count < 60; count++) {
      const values = Float64Array.from({ length: count }, (_, i) => (i * 7919) % 23)
      const sorted = values.slice().sort()
      const expected = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2
      expect(medianInPlace(values), `${count} values`).toBe(expected)
    }
  })

  it('reads only as many values as it is told, and is NaN for none', () => {
    expect(medianInPlace(Float64Array.of(3, 1, 2, 99, 99), 3)).toBe(2)
    expect(medianInPlace(new Float64Array(5), 0)).toBeNaN()
  })
})
