import { describe, expect, it } from 'vitest'
import { matrix } from '../../models/matrix.ts'
import { createRandom } from '../../models/random.ts'
import { agreementOf } from '../../src/anomaly/agreement.ts'
import { alertLevelOf } from '../../src/anomaly/alert-level.ts'
import { fitConfidence } from '../../src/anomaly/confidence.ts'
import { contaminationOf, estimateContamination } from '../../src/anomaly/contamination.ts'
import type { Judge, Rarities } from '../../src/anomaly/ensemble.ts'
import { judges } from '../../src/anomaly/ensemble.ts'
import {
  type JudgeScores,
  type LabelledAlert,
  scoreJudges,
  selectJudge,
} from '../../src/anomaly/selection.ts'
import { sentenceFor } from '../../src/anomaly/sentences.ts'
import { calibrated } from '../../models/validation/calibration.ts'

function allAt(rarities: number[]): Rarities {
  return Object.fromEntries(
    judges.map((judge) => [judge, Float64Array.from(rarities)]),
  ) as unknown as Rarities
}

function figures(given: Partial<Record<Judge, number>>, kind: keyof JudgeScores): Record<Judge, JudgeScores> {
  return Object.fromEntries(
    judges.map((judge) => [
      judge,
      {
        averagePrecision: 0,
        silhouette: null,
        labelledPrecision: null,
        [kind]: given[judge] ?? (kind === 'silhouette' ? null : 0),
      },
    ]),
  ) as unknown as Record<Judge, JudgeScores>
}

describe('agreement', () => {
  it('is the mean of the decades of rarity', () => {
    const rarities = { ...allAt([1]), lof: Float64Array.of(1e-3), dbscan: Float64Array.of(1e-2) }
    expect(agreementOf(rarities)[0]).toBeCloseTo(1, 12)
  })
})

describe('the alert level', () => {
  it('grows with rarity beyond the threshold', () => {
    expect([0.5, 0.9, 0.97, 0.985, 0.999].map((score) => alertLevelOf(score, 0.9))).toEqual([
      'low',
      'low',
      'low',
      'medium',
      'high',
    ])
    expect(alertLevelOf(1, 0.9)).toBe('high')
  })
})

describe('contamination', () => {
  const random = createRandom(2)
  const bulk = Array.from({ length: 950 }, () => random.normal())

  it('is the share that stands out from the bulk', () => {
    expect(
      estimateContamination(Float64Array.of(...bulk, ...Array.from({ length: 50 }, () => 20))),
    ).toBeCloseTo(0.05, 2)
  })

  it('is at least half a row, and at most a half', () => {
    expect(estimateContamination(Float64Array.from({ length: 10 }, () => 1))).toBe(0.05)
    expect(estimateContamination(Float64Array.of(0, 0, 0, 5, 6))).toBeLessThanOrEqual(0.5)
  })

  it('of the consensus is the median of the five', () => {
    const calm = Float64Array.from(bulk)
    const wild = Float64Array.from(bulk, (value, i) => (i < 200 ? 50 : value))
    const scores = {
      'isolation-forest': calm,
      lof: calm,
      'one-class-svm': calm,
      autoencoder: wild,
      dbscan: wild,
    }
    expect(contaminationOf('consensus', scores)).toBe(estimateContamination(calm))
    expect(contaminationOf('autoencoder', scores)).toBe(estimateContamination(wild))
  })
})

describe('the selection of a judge', () => {
  it('takes the highest figure, the first of equals, and the consensus without any', () => {
    expect(selectJudge(figures({ lof: 0.4, dbscan: 0.6 }, 'averagePrecision'), 'injected')).toBe('dbscan')
    expect(selectJudge(figures({ lof: 0.4, dbscan: 0.4 }, 'averagePrecision'), 'injected')).toBe('lof')
    expect(selectJudge(figures({ autoencoder: -0.2 }, 'silhouette'), 'silhouette')).toBe('autoencoder')
    expect(selectJudge(figures({}, 'silhouette'), 'silhouette')).toBe('consensus')
    expect(selectJudge(figures({ lof: 1 }, 'averagePrecision'), 'consensus')).toBe('consensus')
  })
})

describe('answers of people', () => {
  const past = allAt(Array.from({ length: 200 }, (_, i) => (i + 1) / 200))
  const injected = allAt([1e-3, 2e-3, 4e-3])
  const rows = matrix(200, 1)
  /** Alerts that `lof` tells apart and `dbscan` has upside down. */
  const answers = (right: number, wrong: number): LabelledAlert[] => [
    ...Array.from({ length: right }, () => ({ isTrueAlarm: true, scores: { lof: 0.99999, dbscan: 0.9 } })),
    ...Array.from({ length: wrong }, () => ({ isTrueAlarm: false, scores: { lof: 0.9, dbscan: 0.99999 } })),
  ]

  it('sit the exam with the injected anomalies once there are ten, three of each kind', () => {
    for (const few of [[], answers(5, 4), answers(10, 2), answers(2, 10)])
      expect(scoreJudges(rows, past, injected, few).lof.labelledPrecision).toBeNull()
    const scores = scoreJudges(rows, past, injected, answers(6, 6))
    expect(scores.lof.averagePrecision).toBe(scores.dbscan.averagePrecision)
    expect(scores.lof.labelledPrecision).toBeGreaterThan(scores.dbscan.labelledPrecision!)
  })

  it('then decide who is in charge', () => {
    const scores = scoreJudges(rows, past, injected, answers(6, 6))
    expect(selectJudge(scoreJudges(rows, past, injected, []), 'injected')).toBe('isolation-forest')
    expect(selectJudge(scores, 'injected')).toBe('lof')
  })
})

describe('confidence', () => {
  const random = createRandom(4)
  const past = allAt(Array.from({ length: 2000 }, () => Math.max(random.next(), 1e-6)))
  const injected = allAt(Array.from({ length: 100 }, () => 10 ** (-3 - 2 * random.next())))
  const curve = fitConfidence(past, injected)

  it('grows with agreement, from next to nothing to near certainty', () => {
    expect(calibrated(curve, 0.3)).toBeLessThan(0.01)
    expect(calibrated(curve, 5)).toBeGreaterThan(0.8)
  })

  it('assumes one anomaly in a hundred days, however many were injected', () => {
    const mean =
      past.consensus.reduce((sum, rarity) => sum + calibrated(curve, -Math.log10(rarity)), 0) / 2000
    expect(mean).toBeLessThan(0.01)
  })
})

describe('a sentence', () => {
  const typical = { low: -0.06, middle: 0, high: 0.058 }

  it('says a fall of TVL in per cent, against the typical range', () => {
    expect(
      sentenceFor({ feature: 'recent_tvl', aspect: 'change', value: Math.log(0.62), typical: typical }),
    ).toBe('TVL −38 % in a day, against −5.8 % to +6.0 % in 90 days')
  })

  it('says levels in their unit', () => {
    const range = { low: Math.log1p(2e6), middle: 0, high: Math.log1p(3.5e6) }
    expect(
      sentenceFor({ feature: 'recent_volume', aspect: 'level', value: Math.log1p(1.25e9), typical: range }),
    ).toBe('volume $1.25B, against $2M to $3.5M in 90 days')
    expect(
      sentenceFor({
        feature: 'liquidity_ratio',
        aspect: 'level',
        value: 12.345,
        typical: { low: 0.01, middle: 0.1, high: 0.5 },
      }),
    ).toBe('volume to TVL 12.3, against 0.01 to 0.5 in 90 days')
    expect(
      sentenceFor({ feature: 'tvl_slope', aspect: 'level', value: Math.log(0.98), typical: typical }),
    ).toMatch(/^30-day TVL trend −2\.0 % a day/)
    expect(sentenceFor({ feature: 'max_drawdown', aspect: 'change', value: -0.2, typical: typical })).toMatch(
      /^deepest price fall in 90 days −20 points in a day/,
    )
  })

  it('says a movement beyond the market and the days that it took', () => {
    const usual = { low: -0.06, middle: 0, high: 0.06 }
    expect(
      sentenceFor({ aspect: 'movement', measure: 'tvl', spanDays: 7, value: -0.25, typical: usual }),
    ).toBe('TVL −22 % in 7 days beyond the market, against −5.8 % to +6.2 % in 90 days')
    expect(
      sentenceFor({ aspect: 'movement', measure: 'volume', spanDays: 1, value: Math.log(12), typical: null }),
    ).toBe('volume × 12 in a day beyond the market')
  })

  it('admits that there is no past to compare with', () => {
    expect(sentenceFor({ feature: 'tvl_vol_30', aspect: 'level', value: 0.4, typical: null })).toBe(
      '30-day TVL variation +40 %, without a past of its own to compare with',
    )
  })
})
