import { describe, expect, it } from 'vitest'
import { checkInstant, toDays, type Instant } from '../../src/sources/parsing/daily-points.ts'
import { Refusals } from '../../src/sources/parsing/refusals.ts'

const at = (text: string): number => Date.parse(`${text}Z`)
const point = (time: string, value: number): Instant<number> => ({ at: at(time), value, raw: [time, value] })

function days(points: readonly Instant<number>[], hourly = false) {
  const refusals = new Refusals('defillama', 'protocol')
  const kept = toDays(points, 'key', refusals, { hourly })
  const reasons = refusals.beside([]).refused.map(({ reason }) => reason)
  return {
    reasons,
    kept: kept.map(({ date, value, partial }) => `${date} ${value}${partial ? ' partial' : ''}`),
  }
}

describe('one point a day', () => {
  it("keeps the day's 00:00 point where the point of now repeats the day", () => {
    const series = [point('2026-03-08T00:00', 1), point('2026-03-09T00:00', 2), point('2026-03-09T11:00', 3)]
    expect(days(series)).toEqual({ kept: ['2026-03-08 1', '2026-03-09 2'], reasons: [] })
  })

  it('takes the point of now, marked partial, where the day has no other', () => {
    const series = [point('2026-03-08T00:00', 1), point('2026-03-09T11:00', 3)]
    expect(days(series)).toEqual({ kept: ['2026-03-08 1', '2026-03-09 3 partial'], reasons: [] })
  })

  it('does not drop points only because they lie off midnight', () => {
    const series = [point('2026-03-06T00:12', 1), point('2026-03-07T00:31', 2), point('2026-03-08T00:00', 3)]
    expect(days(series).kept).toEqual(['2026-03-06 1', '2026-03-07 2', '2026-03-08 3'])
  })

  it('refuses a day that comes twice in the middle', () => {
    const series = [point('2026-03-07T00:00', 1), point('2026-03-07T09:00', 8), point('2026-03-08T00:00', 2)]
    expect(days(series)).toEqual({ kept: ['2026-03-07 1', '2026-03-08 2'], reasons: ['duplicate-day'] })
  })

  it('reads an hourly series by the first point of each day', () => {
    const hours = Array.from({ length: 49 }, (_, h) => ({
      at: at('2026-03-07T00:03') + h * 3_600_000,
      value: h,
      raw: h,
    }))
    expect(days(hours, true)).toEqual({
      kept: ['2026-03-07 0', '2026-03-08 24', '2026-03-09 48 partial'],
      reasons: [],
    })
  })

  it('leaves gaps as gaps', () => {
    expect(days([point('2026-03-01T00:00', 1), point('2026-03-05T00:00', 2)]).kept).toHaveLength(2)
  })

  it('gives nothing for nothing', () => {
    expect(days([])).toEqual({ kept: [], reasons: [] })
  })
})

describe('time that steps back', () => {
  it('costs only the point that is out of place', () => {
    const series = [
      point('2026-03-05T00:00', 1),
      point('2026-03-09T00:00', 99),
      point('2026-03-06T00:00', 2),
      point('2026-03-07T00:00', 3),
      point('2026-03-08T00:00', 4),
    ]
    expect(days(series)).toEqual({
      kept: ['2026-03-05 1', '2026-03-06 2', '2026-03-07 3', '2026-03-08 4'],
      reasons: ['date-not-ascending'],
    })
  })

  it('leaves the longest ascending part of a shuffled series', () => {
    const { kept, reasons } = days(
      ['04', '01', '02', '05', '03'].map((d, i) => point(`2026-03-${d}T00:00`, i)),
    )
    expect(kept.map((line) => line.slice(8, 10))).toEqual(['01', '02', '03'])
    expect(reasons).toEqual(['date-not-ascending', 'date-not-ascending'])
  })
})

describe('a time stamp', () => {
  const now = at('2026-03-09T12:00')

  it.each([
    ['seconds', 1_772_928_000, 's', 1_772_928_000_000],
    ['milliseconds', 1_772_928_000_000, 'ms', 1_772_928_000_000],
    ['milliseconds that are taken for seconds', 1_772_928_000_000, 's', 'date-out-of-range'],
    ['seconds that are taken for milliseconds', 1_772_928_000, 'ms', 'date-out-of-range'],
    ['two days ahead', 1_773_057_600 + 2 * 86_400, 's', 'date-out-of-range'],
    ['negative', -1, 's', 'date-out-of-range'],
    ['text', '2026-03-08', 's', 'bad-date'],
    ['nothing', null, 's', 'bad-date'],
    ['not finite', Infinity, 's', 'bad-date'],
  ] as const)('in or as %s', (_, value, unit, expected) => {
    expect(checkInstant(value, unit, now)).toBe(expected)
  })
})
