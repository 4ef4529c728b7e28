import { describe, expect, it } from 'vitest'
import { glitchOrEvent } from '../../src/features/glitch-or-event.ts'
import { flaggedDays, glitchDays, vectorFlags } from '../../src/features/quality.ts'
import { daily, firstDay, lastDay, repeat } from './daily.ts'

const flat = repeat(10, () => 100)
const day = (index: number): number => firstDay + index

describe('a glitch', () => {
  const dip = daily({ tvl: [...flat, 30, 32, 98, 100, 100] })

  it('is every day off the level, from the jump to the day before it is back', () => {
    expect(glitchDays(dip, lastDay(dip))).toEqual([day(10), day(11)])
  })

  it('is not known before the level is back', () => {
    expect(glitchDays(dip, day(11))).toEqual([])
    expect(glitchDays(dip, day(12))).toEqual([day(10), day(11)])
  })

  it('may last three days and not four', () => {
    const three = daily({ tvl: [...flat, 30, 30, 30, 100] })
    expect(glitchDays(three, lastDay(three))).toEqual([day(10), day(11), day(12)])
    const four = daily({ tvl: [...flat, 30, 30, 30, 30, 100] })
    expect(glitchDays(four, lastDay(four))).toEqual([])
  })

  it('can be a spike, and can be of the price', () => {
    const spike = daily({ price: [...flat, 900, 100, 100] })
    expect(glitchDays(spike, lastDay(spike))).toEqual([day(10)])
  })

  it('needs more than 50 % in one day, not over a gap', () => {
    const half = daily({ tvl: [...flat, 50, 100] })
    expect(glitchDays(half, lastDay(half))).toEqual([])
    const gap = daily({ tvl: [...flat, null, 30, 100] })
    expect(glitchDays(gap, lastDay(gap))).toEqual([])
  })

  it('is back within a quarter of the old level', () => {
    const back = (level: number): number[] => glitchDays(daily({ tvl: [...flat, 10, level] }), day(11))
    expect(back(75)).toEqual([day(10)])
    expect(back(74)).toEqual([])
  })

  it('can be a feed at zero', () => {
    const zero = daily({ tvl: [...flat, 0, 100] })
    expect(glitchDays(zero, day(11))).toEqual([day(10)])
  })
})

describe('flagged days', () => {
  it('name gaps between values, and stale ends after more than 3 days', () => {
    const series = daily({ tvl: [null, 1, null, null, 1], price: [1, 1, 1, 1, 1] })
    const gap = { flag: 'gap', measure: 'tvl', fromDay: day(2), toDay: day(3) }
    expect(flaggedDays(series, day(7))).toEqual([gap])
    expect(flaggedDays(series, day(8))).toEqual([
      gap,
      { flag: 'stale', measure: 'tvl', fromDay: day(5), toDay: day(8) },
      { flag: 'stale', measure: 'price', fromDay: day(5), toDay: day(8) },
    ])
  })

  it('say stale, not gap, as long as the series has not come back', () => {
    const series = daily({ tvl: [1, null, null, null, null, 1] })
    expect(flaggedDays(series, day(4)).map(({ flag }) => flag)).toEqual(['stale'])
    expect(flaggedDays(series, day(5)).map(({ flag }) => flag)).toEqual(['gap'])
  })

  it('are none for a measure that was never known', () => {
    expect(flaggedDays(daily({ tvl: flat }), day(9))).toEqual([])
  })
})

describe('the flags of a vector', () => {
  it('are those of the last 30 days, each once', () => {
    const series = daily({ tvl: [1, null, 1, null, 1, ...repeat(28, () => 1), 9, 1, 1] })
    expect(vectorFlags(series, day(32))).toEqual(['gap'])
    expect(vectorFlags(series, day(33))).toEqual([])
    expect(vectorFlags(series, day(34))).toEqual(['glitch'])
    expect(vectorFlags(series, day(40))).toEqual(['glitch', 'stale'])
  })
})

describe('glitch or event', () => {
  const verdictOn = (tvl: (number | null)[], price?: (number | null)[]): string => {
    const series = daily(price ? { tvl, price } : { tvl })
    return glitchOrEvent(series, lastDay(series)).verdict
  }

  it('is undecided until three days have passed, then an event', () => {
    expect(verdictOn(flat)).toBe('none')
    expect(verdictOn([...flat, 30])).toBe('undecided')
    expect(verdictOn([...flat, 30, 30, 30])).toBe('undecided')
    expect(verdictOn([...flat, 30, 30, 30, 30])).toBe('event')
  })

  it('is a glitch as soon as the level is back', () => {
    expect(verdictOn([...flat, 30, 95])).toBe('glitch')
  })

  it('is an event at once when the price falls with the TVL, not when it rises or holds', () => {
    expect(verdictOn([...flat, 30], [...flat, 80])).toBe('event')
    expect(verdictOn([...flat, 30], [...flat, 81])).toBe('undecided')
    expect(verdictOn([...flat, 30], [...flat, 140])).toBe('undecided')
  })

  it('reads nothing after the day asked about', () => {
    const series = daily({ tvl: [...flat, 30, 100, 100] })
    expect(glitchOrEvent(series, day(10))).toEqual({
      verdict: 'undecided',
      jump: { measure: 'tvl', day: day(10), change: 30 / 100 - 1 },
    })
    expect(glitchOrEvent(series, day(11)).verdict).toBe('glitch')
  })

  it('is forgotten after a week', () => {
    expect(verdictOn([...flat, ...repeat(7, () => 30)])).toBe('event')
    expect(verdictOn([...flat, ...repeat(8, () => 30)])).toBe('none')
  })

  it('never takes the way back from a glitch for a jump, not even when the glitch is a week old', () => {
    for (let days = 1; days < 10; days++)
      expect(verdictOn([...flat, 30, 30, 30, ...repeat(days, () => 100)])).toBe(days < 5 ? 'glitch' : 'none')
  })

  it('names the gravest of several jumps', () => {
    expect(verdictOn([...flat, 30, 100, 100, 30])).toBe('undecided')
    expect(verdictOn([...flat, 30, 30, 30, 30, 90, 30])).toBe('event')
  })

  it('treats an end without values as undecided, then as an event', () => {
    expect(verdictOn([...flat, 30, null, null])).toBe('undecided')
    expect(verdictOn([...flat, 30, null, null, null])).toBe('event')
  })
})
