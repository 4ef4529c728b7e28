import { describe, expect, it } from 'vitest'
import { factsOf, replayAlerts, type ToldAlert } from '../../src/anomaly/alert-replay.ts'
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
  return { protocolId, day, scores, volumeStrength: NaN, abnormalProbability: score / 10 }
}

const drain: TrueAnomaly = { protocolId: 'a', kind: 'tvl-drain', fromDay: 10, toDay: 12, isGlitch: false }
const glitch: TrueAnomaly = { protocolId: 'b', kind: 'feed-glitch', fromDay: 20, toDay: 20, isGlitch: true }

describe('detection figures', () => {
  /** Four weeks of two protocols, quiet but for the days given. */
  const days = (loud: Record<string, number>): ScoredDay[] =>
    ['a', 'b'].flatMap((id) =>
      Array.from({ length: 28 }, (_, day) => scoredDay(id, day, loud[`${id}${day}`] ?? 1)),
    )

  const told = (protocolId: string, day: number, isNew = true): ToldAlert => ({ protocolId, day, isNew })

  it('find a drain a day late, and count an alert about a glitch as false', () => {
    const figures = detectionFigures(days({}), [drain, glitch], 'lof', [told('a', 11), told('b', 20)])
    expect(figures).toMatchObject({
      recall: 1,
      delayDays: 1,
      alertsPerWeek: 0.5,
      falseAlertsPerWeek: 0.25,
      glitchAlertsPerWeek: 0.25,
    })
    expect(figures.kinds).toEqual([
      { kind: 'feed-glitch', anomalies: 1, found: 1, delayDays: 0 },
      { kind: 'tvl-drain', anomalies: 1, found: 1, delayDays: 1 },
    ])
  })

  it('count what is about nothing, but neither an echo nor an alert that got worse', () => {
    const figures = detectionFigures(days({}), [drain], 'lof', [
      told('b', 2),
      told('b', 4, false),
      told('a', 25),
    ])
    expect(figures).toMatchObject({ recall: 0, falseAlertsPerWeek: 0.25, alertsPerWeek: 0.5 })
  })

  it('rank protocol-days, the echo of an anomaly left out', () => {
    const perfect = detectionFigures(days({ a10: 9, a11: 9, a12: 9, a18: 9 }), [drain], 'lof', [])
    expect(perfect.averagePrecision).toBe(1)
    const misled = detectionFigures(days({ b1: 9, a10: 8, a11: 8, a12: 8 }), [drain], 'lof', [])
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

describe('a replay of alerts', () => {
  const calm = new Map(walkingMarket(2, 60, 3).map(({ series }) => [series.protocolId, series]))
  const scored = (scores: readonly number[]): ScoredDay[] =>
    [...calm.keys()].flatMap((id, p) =>
      scores.map((score, i) => scoredDay(id, firstDay + 10 + i, p === 0 ? score : 0.1)),
    )
  const replay = (scores: readonly number[], alertsPerWeek = 5): number[] =>
    replayAlerts(scored(scores), factsOf(calm), 'lof', alertsPerWeek).map(({ day }) => day - firstDay - 10)

  it('raises one alert per episode, clears it with hysteresis, and tells what got worse', () => {
    expect(replay([0.1, 0.93, 0.92, 0.88, 0.93, 0.5, 0.94])).toEqual([1, 6])
    expect(replay([0.1, 0.93, 0.93, 0.999, 0.93])).toEqual([1, 3])
  })

  it('keeps to the budget that the past taught it', () => {
    const wild = Array.from({ length: 49 }, (_, i) => (i % 7 === 0 ? 0.95 : 0.1))
    expect(replay(wild, 5)).toEqual([0, 7, 14, 21, 28, 35, 42])
    expect(replay(wild, 0.25)).toEqual([])
  })

  it('raises nothing for a glitch of the feed', () => {
    const [series] = walkingMarket(1, 60, 3).map((protocol) => protocol.series)
    const broken = new Map([
      ['protocol-0', { ...series!, tvlUsd: series!.tvlUsd.map((tvl, i) => (i === 12 ? tvl / 9 : tvl)) }],
    ])
    const days = [0.1, 0.1, 0.99, 0.1].map((score, i) => scoredDay('protocol-0', firstDay + 10 + i, score))
    expect(replayAlerts(days, factsOf(broken), 'lof', 5)).toEqual([])
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
    const { averagePrecision } = detectionFigures(days, anomalies, 'consensus', [])
    const { averagePrecision: baseline } = detectionFigures(days, anomalies, 'baseline', [])
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
