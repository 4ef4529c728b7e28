import { describe, expect, it } from 'vitest'
import { dayNumber } from '../../src/domain/calendar.ts'
import { InputError } from '../../src/errors.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'

const dataset = simulateDataset({ protocols: 200, days: 400, seed: 42, endDate: '2026-03-31' })
const deFi = dataset.protocols.filter(({ category }) => category !== 'CEX' && category !== 'Chain')

describe('simulateDataset', () => {
  it('is a function of its options', () => {
    const draw = (seed: number) => simulateDataset({ protocols: 20, days: 60, seed })
    expect(draw(5)).toEqual(draw(5))
    expect(draw(5).series[0]).not.toEqual(draw(6).series[0])
  })

  it('ends on the end date and has as many protocols as asked for, beside exchanges and chains', () => {
    expect(dataset.lastDay).toBe(dayNumber('2026-03-31'))
    expect(dataset.lastDay - dataset.firstDay).toBe(399)
    expect(deFi).toHaveLength(200)
    expect(new Set(dataset.protocols.map(({ slug }) => slug)).size).toBe(dataset.protocols.length)
    expect(dataset.protocols.length).toBeGreaterThan(200)
  })

  it('holds every kind of row that upstream has', () => {
    const indexOf = (test: (i: number) => boolean): number => dataset.protocols.findIndex((_, i) => test(i))
    const first = (i: number): number => dataset.series[i]!.day[0]!
    expect(deFi.some(({ gecko_id }) => gecko_id === null)).toBe(true)
    expect(deFi.some(({ parentProtocol }) => parentProtocol !== undefined)).toBe(true)
    expect(deFi.some(({ deadFrom }) => deadFrom !== undefined)).toBe(true)
    expect(indexOf((i) => first(i) > dataset.firstDay + 30)).toBeGreaterThan(-1)
    expect(indexOf((i) => dataset.series[i]!.tvlUsd.every(Number.isNaN))).toBeGreaterThan(-1)
    expect(indexOf((i) => dataset.series[i]!.marketCapUsd.includes(0))).toBeGreaterThan(-1)
    expect(indexOf((i) => dataset.series[i]!.tvlUsd.includes(0))).toBeGreaterThan(-1)
  })

  it('quotes nothing of a protocol from the day on which it is dead', () => {
    const dead = dataset.protocols.flatMap(({ deadFrom }, i) =>
      deadFrom === undefined ? [] : [{ deadFrom: dayNumber(deadFrom), days: dataset.series[i]!.day }],
    )
    expect(dead.length).toBeGreaterThan(0)
    for (const { deadFrom, days } of dead) expect(days.at(-1)).toBeLessThan(deadFrom)
  })

  it('draws 200 protocols x 400 days in half a second', () => {
    const times = [1, 2, 3].map((seed) => {
      const start = performance.now()
      simulateDataset({ protocols: 200, days: 400, seed })
      return performance.now() - start
    })
    expect(Math.min(...times)).toBeLessThan(500)
  })

  it.each([
    [{ protocols: 0 }, 'Expected protocols to be a whole number from 1 to 20000, got 0'],
    [{ days: 1.5 }, 'Expected days to be a whole number from 1 to 10000, got 1.5'],
    [{ seed: -1 }, 'Expected seed to be a whole number from 0 to 4294967295, got -1'],
    [{ endDate: '2022-02-31' }, 'Expected endDate to be a date YYYY-MM-DD, got "2022-02-31"'],
  ])('refuses %o', (change, message) => {
    const options = { protocols: 5, days: 30, seed: 1, ...change }
    expect(() => simulateDataset(options)).toThrow(new InputError(message))
  })
})
