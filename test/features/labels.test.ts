import { describe, expect, it } from 'vitest'
import { forwardLabel, forwardOutcome } from '../../src/features/labels.ts'
import { marketMoves } from '../../src/features/market-moves.ts'
import { daily, firstDay, repeat } from './daily.ts'

const horizonDays = 7
/** t: three days at 100 lie behind it. */
const day = firstDay + 2
const closed = { horizonDays, knownUpToDay: day + horizonDays }
const steady = [100, 100, 100]

function label(after: (number | null)[]): string | null {
  return forwardLabel(daily({ tvl: [...steady, ...after] }), day, closed)
}

describe('the level', () => {
  it('is high from a fall of 40 % on that three days in a row confirm', () => {
    expect(label([100, 60, 60, 60, 100, 100, 100])).toBe('high')
    expect(label([100, 60, 61, 60, 100, 100, 100])).toBe('medium')
  })

  it('is medium from a fall of 20 % on, sustained', () => {
    expect(label([80, 80, 80, 100, 100, 100, 100])).toBe('medium')
    expect(label([80, 80, 81, 80, 80, 100, 100])).toBe('low')
  })

  it('is low for a crash that is back after two days', () => {
    expect(label([100, 1, 1, 100, 100, 100, 100])).toBe('low')
  })

  it('is low for growth', () => {
    const outcome = forwardOutcome(daily({ tvl: repeat(10, (i) => 100 + i) }), day, closed)
    expect(outcome).toMatchObject({ label: 'low', worstSustainedFall: 0, incident: false })
  })

  it('measures against the median of the three days up to t, so that one glitch at t makes no fall', () => {
    const series = daily({ tvl: [100, 100, 1000, ...repeat(7, () => 100)] })
    expect(forwardOutcome(series, day, closed)).toMatchObject({ label: 'low', worstSustainedFall: 0 })
  })

  it('uses neither the day t itself nor a day after the horizon', () => {
    expect(forwardLabel(daily({ tvl: [100, 100, 10, 10, 10, ...repeat(5, () => 100)] }), day, closed)).toBe(
      'low',
    )
    const later = daily({ tvl: [...steady, ...repeat(5, () => 100), 10, 10, 10, 10] })
    expect(forwardLabel(later, day, { horizonDays, knownUpToDay: day + 30 })).toBe('low')
    expect(forwardLabel(later, day, { horizonDays: 8, knownUpToDay: day + 30 })).toBe('high')
  })

  it('lets a day without a value neither count nor break a row', () => {
    expect(label([50, null, 50, null, 50, 100, 100])).toBe('high')
    expect(label([50, null, 50, null, 100, 100, 100])).toBe('low')
  })

  it('says how deep the worst sustained fall was', () => {
    const series = daily({ tvl: [...steady, 90, 30, 40, 50, 70, 70, 70] })
    expect(forwardOutcome(series, day, closed)).toMatchObject({
      label: 'high',
      measure: 'tvl',
      worstSustainedFall: -0.5,
    })
  })
})

describe('the measure', () => {
  const flat = repeat(10, () => 100)
  const crash = [...steady, ...repeat(7, () => 10)]

  it('is TVL where there is one', () => {
    expect(forwardOutcome(daily({ tvl: flat, price: crash }), day, closed)).toMatchObject({
      label: 'low',
      measure: 'tvl',
    })
  })

  it('is the price where no TVL above 0 is known at t', () => {
    const high = { label: 'high', measure: 'price' }
    expect(forwardOutcome(daily({ price: crash }), day, closed)).toMatchObject(high)
    expect(forwardOutcome(daily({ tvl: repeat(10, () => 0), price: crash }), day, closed)).toMatchObject(high)
  })

  it('takes a TVL of 0 for a total loss and a price of 0 for a hole', () => {
    const drained = [...steady, 100, 0, 0, 0, 100, 100, 100]
    expect(forwardLabel(daily({ tvl: drained }), day, closed)).toBe('high')
    expect(forwardLabel(daily({ price: drained }), day, closed)).toBe('low')
  })
})

describe('an incident', () => {
  const flat = daily({ tvl: repeat(10, () => 100) })
  const withIncident = (at: number): string | null =>
    forwardLabel(flat, day, { ...closed, incidentDays: [at] })

  it('makes the level high from the day after t to the end of the horizon', () => {
    expect([day, day + 1, day + 7, day + 8].map(withIncident)).toEqual(['low', 'high', 'high', 'low'])
  })

  it('is told apart from a fall', () => {
    const outcome = forwardOutcome(flat, day, { ...closed, incidentDays: [day + 3] })
    expect(outcome).toMatchObject({ label: 'high', incident: true, worstSustainedFall: 0 })
  })
})

describe('no label', () => {
  const flat = daily({ tvl: repeat(10, () => 100) })

  it('is given while the horizon is open, not even after a crash or an incident', () => {
    const crash = daily({ tvl: [...steady, 1, 1, 1, 1, 1, 1] })
    const open = { horizonDays, knownUpToDay: day + 6, incidentDays: [day + 1] }
    expect(forwardOutcome(crash, day, open)).toBeNull()
  })

  it('is given where neither TVL nor price is known on the three days up to t', () => {
    expect(forwardLabel(daily({ tvl: [null, null, null, ...repeat(7, () => 1)] }), day, closed)).toBeNull()
    expect(forwardLabel(flat, firstDay - 1, closed)).toBeNull()
    expect(forwardLabel(flat, firstDay + 12, { horizonDays, knownUpToDay: firstDay + 99 })).toBeNull()
  })

  it('refuses a horizon that is no whole number of days', () => {
    expect(() => forwardLabel(flat, day, { horizonDays: 0, knownUpToDay: day })).toThrow(
      'Expected `horizonDays` to be a whole number of at least 1, got 0',
    )
  })
})

describe('a protocol whose series stops', () => {
  it('keeps the fall that it died with', () => {
    expect(label([90, 30])).toBe('high')
    expect(label([90, 70])).toBe('medium')
  })

  it('stays in the sample as low when it stopped without a fall', () => {
    expect(label([100])).toBe('low')
    expect(label([])).toBe('low')
  })

  it('has not stopped while one of the last four days has a value', () => {
    expect(label([100, 100, 100, 30, null, null, null])).toBe('low')
    expect(label([100, 100, 30, null, null, null, null])).toBe('high')
  })

  it('is a total loss from the day on which it is declared dead, but for the values that still come', () => {
    const silent = daily({ tvl: [...steady, 100, 100] })
    expect(forwardOutcome(silent, day, { ...closed, deadFromDay: day + 3 })).toMatchObject({
      label: 'high',
      worstSustainedFall: -1,
    })
    expect(forwardLabel(silent, day, { ...closed, deadFromDay: day + 6 })).toBe('low')
    expect(forwardLabel(silent, day, { ...closed, deadFromDay: null })).toBe('low')
    const talking = daily({ tvl: repeat(10, () => 100) })
    expect(forwardLabel(talking, day, { ...closed, deadFromDay: day + 1 })).toBe('low')
  })

  it('is not lost on days that nobody observed, where values follow', () => {
    const gapped = daily({ tvl: [...steady, 100, null, null, null, 100, 100, 100] })
    expect(forwardLabel(gapped, day, { ...closed, deadFromDay: day - 1 })).toBe('low')
  })
})

describe('the market-relative outcome', () => {
  const halved = daily({ tvl: [...steady, ...repeat(7, () => 50)] })
  const flat = daily({ tvl: repeat(10, () => 100) })
  const doubled = daily({ tvl: [...steady, ...repeat(7, () => 200)] })

  it('divides by the median move of all protocols on the same days', () => {
    const moves = marketMoves([halved, halved, flat], day, horizonDays)
    expect([...moves.tvl]).toEqual(repeat(7, () => 0.5))
    const outcome = forwardOutcome(halved, day, { ...closed, marketMoves: moves })
    expect(outcome).toMatchObject({ worstSustainedFall: -0.5, relativeWorstSustainedFall: 0 })
  })

  it('calls standing still in a rising market a fall behind it', () => {
    const moves = marketMoves([doubled, doubled, flat], day, horizonDays)
    const outcome = forwardOutcome(flat, day, { ...closed, marketMoves: moves })
    expect(outcome).toMatchObject({ label: 'low', worstSustainedFall: 0, relativeWorstSustainedFall: -0.5 })
  })

  it('compares prices with prices, and takes the mean of the middle two of an even number', () => {
    const token = daily({ price: [...steady, ...repeat(7, () => 50)] })
    const other = daily({ price: [...steady, ...repeat(7, () => 150)] })
    const moves = marketMoves([token, other, flat], day, horizonDays)
    expect([...moves.price]).toEqual(repeat(7, () => 1))
    expect([...moves.tvl]).toEqual(repeat(7, () => 1))
  })

  it('is null when no market is given', () => {
    expect(forwardOutcome(flat, day, closed)).toMatchObject({ relativeWorstSustainedFall: null })
  })
})
