import { describe, expect, it } from 'vitest'
import { InsufficientDataError } from '../../src/errors.ts'
import { forwardLabel, riskLabels } from '../../src/features/labels.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

const histories = drawHistories(24, 300)
const samples = buildSamples(histories, lastDrawnDay(300))

describe('buildSamples', () => {
  it('takes one sample per protocol and Monday, oldest first, once its outcome is known', () => {
    const { day, protocol } = samples.vectors
    expect(samples.horizonDays).toBe(30)
    expect(day.every((at) => (at - 4) % 7 === 0)).toBe(true)
    expect([...day]).toEqual([...day].sort((a, b) => a - b))
    expect(day.at(-1)).toBeLessThanOrEqual(lastDrawnDay(300) - 30)
    const keys = Array.from(day, (at, row) => `${at} ${protocol.codes[row]}`)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('labels each row with what happened afterwards', () => {
    const { day, protocol } = samples.vectors
    day.forEach((at, row) => {
      const { series } = histories[Number(protocol.names[protocol.codes[row]!]!.slice(9))]!
      const known = { horizonDays: 30, knownUpToDay: lastDrawnDay(300) }
      expect(riskLabels[samples.label[row]!]).toBe(forwardLabel(series, at, known))
    })
    expect(new Set(samples.label).size).toBe(3)
  })

  it('keeps protocols of one parent in one family', () => {
    expect(samples.family.names).toContain('parent')
    expect(new Set(samples.family.codes).size).toBe(21)
  })

  it.each([
    [300, 30, 90],
    [200, 30, 60],
    [150, 30, 0],
    [90, 14, 30],
    [45, 7, 0],
  ])('of %i days of history takes a horizon of %i after %i known days', (days, horizonDays, historyDays) => {
    expect(buildSamples(drawHistories(24, days), lastDrawnDay(days))).toMatchObject({
      horizonDays,
      historyDays,
    })
  })

  it('leaves out the youth of each protocol where there is history enough', () => {
    const firstKnown = lastDrawnDay(300) - 299
    expect(Math.min(...samples.vectors.day)).toBeGreaterThanOrEqual(firstKnown + 90)
  })

  it('counts the history of what the label follows: TVL, where it is known', () => {
    const late = histories.map((history) => ({
      ...history,
      series: { ...history.series, tvlUsd: history.series.tvlUsd.map((tvl, i) => (i < 60 ? NaN : tvl)) },
    }))
    const { day } = buildSamples(late, lastDrawnDay(300)).vectors
    const tvlFrom = lastDrawnDay(300) - 299 + 60
    expect([...day].filter((at) => at >= tvlFrom && at < tvlFrom + 60)).toEqual([])
  })

  it('gives over a hundred rows for 20 protocols and 90 days', () => {
    expect(buildSamples(drawHistories(20, 90), lastDrawnDay(90)).label.length).toBeGreaterThan(100)
  })

  it('says how many protocols are missing', () => {
    expect(() => buildSamples(drawHistories(19, 300), lastDrawnDay(300))).toThrow(
      new InsufficientDataError('Training needs 20 protocols with at least 10 daily points each, got 19'),
    )
  })

  it('says how many points are missing', () => {
    expect(() => buildSamples(drawHistories(24, 9), lastDrawnDay(9))).toThrow(
      'Training needs 20 protocols with at least 10 daily points each, got 0',
    )
  })

  it('says how many days are missing', () => {
    expect(() => buildSamples(drawHistories(24, 30), lastDrawnDay(30))).toThrow(
      /Training needs 28 days from the first usable vector on \(2021-01-11\), got 19/,
    )
  })
})
