import { describe, expect, it } from 'vitest'
import { judgeAnomaly, type VerdictEvidence } from '../../src/anomaly/verdict.ts'

const jump = { measure: 'tvl', day: 19_000, change: -0.6 } as const
const quiet: VerdictEvidence = {
  jump: { verdict: 'none', jump: null },
  flags: [],
  frozenDays: 0,
  otherSourceRatio: null,
  volumeStrength: NaN,
  persistedScans: 1,
}

describe('the verdict on an anomaly', () => {
  it.each<[string, Partial<VerdictEvidence>, string, RegExp]>([
    ['a stale series', { flags: ['stale'] }, 'glitch', /last 3 days/],
    ['a frozen feed', { frozenDays: 4 }, 'glitch', /for 4 days/],
    [
      'a jump that another source reports, too',
      { jump: { verdict: 'undecided', jump }, otherSourceRatio: 0.95 },
      'event',
      /the same/,
    ],
    [
      'a jump that another source does not know',
      { jump: { verdict: 'undecided', jump }, otherSourceRatio: 2.5 },
      'glitch',
      /2\.50 times/,
    ],
    ['a value of another source that is 0', { otherSourceRatio: 0 }, 'glitch', /another source/],
    ['a jump that came back', { jump: { verdict: 'glitch', jump } }, 'glitch', /was back/],
    ['a jump that stayed', { jump: { verdict: 'event', jump } }, 'event', /stayed/],
    [
      'a fresh jump of one measure',
      { jump: { verdict: 'undecided', jump } },
      'unconfirmed',
      /may still come back/,
    ],
    [
      'a fresh jump with as much turnover as never',
      { jump: { verdict: 'undecided', jump }, volumeStrength: 3 },
      'event',
      /volume rose/,
    ],
    [
      'a fresh jump in its third scan',
      { jump: { verdict: 'undecided', jump }, persistedScans: 3 },
      'event',
      /3 scans/,
    ],
    ['what no jump explains', {}, 'event', /no jump/],
  ])('%s', (_, evidence, verdict, reason) => {
    const judged = judgeAnomaly({ ...quiet, ...evidence })
    expect(judged.verdict).toBe(verdict)
    expect(judged.reason).toMatch(reason)
  })

  it('asks the state of the feed before anything else', () => {
    expect(judgeAnomaly({ ...quiet, flags: ['stale'], otherSourceRatio: 1, persistedScans: 9 }).verdict).toBe(
      'glitch',
    )
  })
})
