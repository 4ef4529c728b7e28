import { describe, expect, it } from 'vitest'
import { matrix } from '../../models/matrix.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { walkForwardRecord } from '../../src/training/track-record.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

const samples = buildSamples(drawHistories(24, 300), lastDrawnDay(300))
const rows = Int32Array.from(samples.label.keys())
const predictions = {
  rows,
  level: rows.map((row) => (row % 2 === 0 ? 2 : 0)),
  probability: matrix(rows.length, 3, new Float64Array(3 * rows.length).fill(1 / 3)),
  score: new Float64Array(rows.length),
  baseRate: new Float64Array(rows.length),
}

describe('the falls of samples', () => {
  it('are as deep as the label says, and relative to the market too', () => {
    samples.label.forEach((label, row) => {
      const fall = samples.fall[row]!
      expect(fall > -0.2 ? 0 : fall > -0.4 ? 1 : 2).toBe(label)
      expect(samples.relativeFall[row]).toBeLessThanOrEqual(0)
    })
    expect(samples.relativeFall).not.toEqual(samples.fall)
  })
})

describe('walkForwardRecord', () => {
  const { months, misses } = walkForwardRecord(samples, predictions)

  it('counts every prediction once, under the month that it was made in', () => {
    const counted = months.reduce((sum, { low, medium, high }) => sum + low + medium + high, 0)
    expect(counted).toBe(rows.length)
    expect(new Set(months.map(({ month, predicted }) => month + predicted)).size).toBe(months.length)
    for (const { month } of months) expect(month).toMatch(/^2021-\d\d-01$/)
    const falls = months.reduce((sum, { fallSum }) => sum + fallSum, 0)
    expect(falls).toBeCloseTo(
      samples.fall.reduce((a, b) => a + b),
      9,
    )
  })

  it('names each high outcome that was called something else', () => {
    const missed = [...rows].filter((row) => samples.label[row] === 2 && row % 2 === 1)
    expect(misses).toHaveLength(missed.length)
    expect(missed.length).toBeGreaterThan(0)
    expect(misses[0]).toMatchObject({ riskLevel: 'low', fall: samples.fall[missed[0]!] })
  })
})
