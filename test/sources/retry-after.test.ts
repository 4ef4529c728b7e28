import { describe, expect, it } from 'vitest'
import { fullJitterMs, requestedWaitMs } from '../../src/sources/http/retry-after.ts'

const wallClock = Date.parse('2026-03-09T03:27:00Z')

describe('the wait that an upstream asks for', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['a date', { 'retry-after': 'Mon, 09 Mar 2026 03:27:30 GMT' }, 30_000],
    ['a reset time with a space', { 'x-ratelimit-reset': '2026-03-09 03:28:00 +0000' }, 60_000],
    ['a reset time with a zone', { 'x-ratelimit-reset': '2026-03-09 05:28:00 +0200' }, 60_000],
    ['a reset time in ISO', { 'x-ratelimit-reset': '2026-03-09T03:28:00Z' }, 60_000],
    ['a reset time in unix seconds', { 'x-ratelimit-reset': String(wallClock / 1000 + 45) }, 45_000],
    [
      'seconds before a reset time',
      { 'retry-after': '9', 'x-ratelimit-reset': '2026-03-09 03:28:00 +0000' },
      9000,
    ],
    ['a date that has passed', { 'retry-after': 'Mon, 09 Mar 2026 03:00:00 GMT' }, 0],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['nothing', {}, null],
    ['a year', { 'retry-after': '31536000' }, 3_600_000],
  ])('as %s', (_, headers, expected) => {
    expect(requestedWaitMs(headers, wallClock)).toBe(expected)
  })

  it("is read against the answer's own clock, not ours", () => {
    const headers = { date: 'Mon, 09 Mar 2026 05:00:00 GMT', 'retry-after': 'Mon, 09 Mar 2026 05:00:20 GMT' }
    expect(requestedWaitMs(headers, wallClock)).toBe(20_000)
  })
})

describe('full jitter', () => {
  it('draws from the whole of an exponentially growing span, up to its cap', () => {
    expect([1, 2, 3, 9].map((n) => fullJitterMs(n, 500, 8000, () => 0.5))).toEqual([250, 500, 1000, 4000])
    expect(fullJitterMs(4, 500, 8000, () => 0)).toBe(0)
  })
})
