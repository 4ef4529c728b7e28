import { describe, expect, it } from 'vitest'
import { isoDate } from '../../src/domain/calendar.ts'
import { foldsOf } from '../../src/training/folds.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

const samples = buildSamples(drawHistories(24, 400), lastDrawnDay(400))
const { day } = samples.vectors

describe('walk-forward folds of samples', () => {
  const folds = foldsOf(samples, 'walk-forward', 1)

  it('tests one calendar month after the other', () => {
    const months = folds.map(({ test }) => new Set(Array.from(test, (row) => isoDate(day[row]!).slice(0, 7))))
    expect(months.every((named) => named.size === 1)).toBe(true)
    const names = months.map((named) => [...named][0]!)
    expect(names).toEqual([...names].sort())
    expect(new Set(names).size).toBe(names.length)
  })

  it('trains on nothing whose outcome was still open when the month began', () => {
    for (const { train, test } of folds) {
      const begin = Math.min(...test.map((row) => day[row]!))
      expect(Math.max(...train.map((row) => day[row]!)) + samples.horizonDays).toBeLessThanOrEqual(begin)
    }
  })

  it('covers in five blocks the same rows as in months', () => {
    const blocks = foldsOf(samples, 'walk-forward-blocks', 1)
    expect(blocks).toHaveLength(5)
    const rowsOf = (all: typeof folds): number[] => all.flatMap(({ test }) => [...test])
    expect(rowsOf(blocks)).toEqual(rowsOf(folds))
  })

  it('still finds folds in 90 days of history', () => {
    const young = buildSamples(drawHistories(24, 90), lastDrawnDay(90))
    expect(foldsOf(young, 'walk-forward', 1).length).toBeGreaterThan(0)
    expect(foldsOf(young, 'walk-forward-blocks', 1).length).toBeGreaterThan(1)
  })
})

describe('other folds of samples', () => {
  it('keeps the protocols of one parent together', () => {
    for (const { train, test } of foldsOf(samples, 'grouped', 1)) {
      const tested = new Set(test.map((row) => samples.family.codes[row]!))
      expect(train.some((row) => tested.has(samples.family.codes[row]!))).toBe(false)
    }
  })

  it('mixes days when shuffled', () => {
    const { train, test } = foldsOf(samples, 'shuffled', 1)[0]!
    expect(Math.max(...train)).toBeGreaterThan(Math.min(...test))
  })
})
