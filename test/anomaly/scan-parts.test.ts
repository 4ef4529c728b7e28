import { describe, expect, it } from 'vitest'
import { createRandom } from '../../models/random.ts'
import { agreementOf } from '../../src/anomaly/agreement.ts'
import { alertLevelOf } from '../../src/anomaly/alert-level.ts'
import { fitConfidence } from '../../src/anomaly/confidence.ts'
import { contaminationOf, estimateContamination } from '../../src/anomaly/contamination.ts'
import type { Judge, Rarities } from '../../src/anomaly/ensemble.ts'
import { judges } from '../../src/anomaly/ensemble.ts'
import { type JudgeScores, selectJudge } from '../../src/anomaly/selection.ts'
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
      { averagePrecision: 0, silhouette: null, [kind]: given[judge] ?? (kind === 'silhouette' ? null : 0) },
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
    expect(sentenceFor('recent_tvl', 'change', Math.log(0.62), typical)).toBe(
      'TVL −38 % in a day, against −5.8 % to +6.0 % in 90 days',
    )
  })

  it('says levels in their unit', () => {
    const range = { low: Math.log1p(2e6), middle: 0, high: Math.log1p(3.5e6) }
    expect(sentenceFor('recent_volume', 'level', Math.log1p(1.25e9), range)).toBe(
      'volume $1.25B, against $2M to $3.5M in 90 days',
    )
    expect(sentenceFor('liquidity_ratio', 'level', 12.345, { low: 0.01, middle: 0.1, high: 0.5 })).toBe(
      'volume to TVL 12.3, against 0.01 to 0.5 in 90 days',
    )
    expect(sentenceFor('tvl_slope', 'level', Math.log(0.98), typical)).toMatch(
      /^30-day TVL trend −2\.0 % a day/,
    )
    expect(sentenceFor('max_drawdown', 'change', -0.2, typical)).toMatch(
      /^deepest price fall in 90 days −20 points in a day/,
    )
  })

  it('admits that there is no past to compare with', () => {
    expect(sentenceFor('tvl_vol_30', 'level', 0.4, null)).toBe(
      '30-day TVL variation +40 %, without a past of its own to compare with',
    )
  })
})
