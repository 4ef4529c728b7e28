import { describe, expect, it } from 'vitest'
import { detectionFigures, type TrueAnomaly } from '../../src/anomaly/detection-figures.ts'
import { injectIntoMarket } from '../../src/anomaly/injected-market.ts'
import { reliabilityOf } from '../../src/anomaly/reliability.ts'
import { type Contestant, contestants, type ScoredDay, walkForward } from '../../src/anomaly/walk-forward.ts'
import { firstDay, walkingMarket } from './walking-market.ts'

function scoredDay(protocolId: string, day: number, score: number): ScoredDay {
  const scores = Object.fromEntries(contestants.map((contestant) => [contestant, score])) as Record<
    Contestant,
    number
  >
  return { protocolId, day, scores, abnormalProbability: score / 10 }
}

const drain: TrueAnomaly = { protocolId: 'a', kind: 'tvl-drain', fromDay: 10, toDay: 12, isGlitch: false }
const glitch: TrueAnomaly = { protocolId: 'b', kind: 'feed-glitch', fromDay: 20, toDay: 20, isGlitch: true }

describe('detection figures', () => {
  /** Four weeks of two protocols, quiet but for the days given. */
  const days = (loud: Record<string, number>): ScoredDay[] =>
    ['a', 'b'].flatMap((id) =>
      Array.from({ length: 28 }, (_, day) => scoredDay(id, day, loud[`${id}${day}`] ?? 1)),
    )

  it('find a drain a day late, and a glitch that is no alarm', () => {
    const figures = detectionFigures(days({ a11: 9, b20: 8 }), [drain, glitch], 'lof', 0)
    expect(figures).toMatchObject({
      recall: 1,
      delayDays: 1,
      falseAlertsPerWeek: 0,
      glitchAlertsPerWeek: 0.25,
    })
    expect(figures.kinds).toEqual([
      { kind: 'feed-glitch', anomalies: 1, found: 1, delayDays: 0 },
      { kind: 'tvl-drain', anomalies: 1, found: 1, delayDays: 1 },
    ])
  })

  it('spend no more false alerts than the budget, and count alerts close together as one', () => {
    const loud = { b2: 9, b4: 9, a11: 7 }
    expect(detectionFigures(days(loud), [drain], 'lof', 0)).toMatchObject({
      falseAlertsPerWeek: 0,
      recall: 0,
    })
    expect(detectionFigures(days(loud), [drain], 'lof', 0.25)).toMatchObject({
      falseAlertsPerWeek: 0.25,
      recall: 1,
    })
  })

  it('rank protocol-days, the echo of an anomaly left out', () => {
    const perfect = detectionFigures(days({ a10: 9, a11: 9, a12: 9, a18: 9 }), [drain], 'lof', 1)
    expect(perfect.averagePrecision).toBe(1)
    const misled = detectionFigures(days({ b1: 9, a10: 8, a11: 8, a12: 8 }), [drain], 'lof', 1)
    expect(misled.averagePrecision).toBeLessThan(1)
  })
})

describe('reliability', () => {
  it('compares what was stated with what was so', () => {
    const days = [scoredDay('a', 10, 5), scoredDay('b', 3, 5), scoredDay('b', 4, 0.1)]
    expect(reliabilityOf(days, [drain])).toEqual([
      { from: 0, to: 0.02, days: 1, stated: 0.01, observed: 0 },
      { from: 0.4, to: 0.6, days: 2, stated: 0.5, observed: 0.5 },
    ])
  })
})

describe('a walk forward', () => {
  const market = walkingMarket(10, 180, 7)
  const from = firstDay + 130
  const to = firstDay + 179
  const { protocols, anomalies } = injectIntoMarket(market, from, from + 90, 1)
  const options = { seed: 1, refitDays: 50, trainingRows: 300, view: 'own-history' } as const

  it('scores every protocol on every day, and ranks injected anomalies far above chance', () => {
    const days = walkForward(protocols, from, to, options)
    expect(days).toHaveLength(10 * 50)
    const { averagePrecision } = detectionFigures(days, anomalies, 'consensus', 1)
    const { averagePrecision: baseline } = detectionFigures(days, anomalies, 'baseline', 1)
    expect(averagePrecision).toBeGreaterThan(0.2)
    expect(averagePrecision).toBeGreaterThan(1.3 * baseline)
  })

  it('scores a day the same whatever comes after it', () => {
    const cut = protocols.map(({ series, traits }) => ({
      traits,
      series: { ...series, tvlUsd: series.tvlUsd.map((tvl, i) => (firstDay + i > from + 20 ? 1 : tvl)) },
    }))
    const until = (scored: ScoredDay[]): ScoredDay[] => scored.filter(({ day }) => day <= from + 20)
    expect(until(walkForward(cut, from, from + 25, options))).toEqual(
      until(walkForward(protocols, from, from + 25, options)),
    )
  })
})
