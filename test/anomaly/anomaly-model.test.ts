import { describe, expect, it } from 'vitest'
import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { ModelInputError } from '../../models/errors.ts'
import { alertLevelOf } from '../../src/anomaly/alert-level.ts'
import {
  type AnomalyModel,
  type AnomalyModelArtifact,
  loadAnomalyModel,
} from '../../src/anomaly/anomaly-model.ts'
import { fitAnomalyModel } from '../../src/anomaly/fit-anomaly-model.ts'
import type { ProtocolHistory } from '../../src/anomaly/training-material.ts'
import type { Movements } from '../../src/features/movement-kinds.ts'
import { movementHistory, movementHistoryDays } from '../../src/features/movements.ts'
import { marketTracks } from '../../src/features/market-tracks.ts'
import { buildFeatures } from '../../src/features/build.ts'
import type { FeatureVector } from '../../src/features/series.ts'
import { firstDay, walkingMarket } from './walking-market.ts'

const days = 160
const today = firstDay + days - 1
const yesterday = today - 1
const market = walkingMarket(20, days, 5)
const model = fitAnomalyModel(market, yesterday, { seed: 1, trainingRows: 600 })

function vectorsOn(day: number, protocols: readonly ProtocolHistory[]): FeatureVector[] {
  return protocols.flatMap(({ series, traits }) => buildFeatures(series, traits, day) ?? [])
}

const before = new Map(vectorsOn(yesterday, market).map((vector) => [vector.protocolId, vector]))

/** The market with 40 % of the first protocol's TVL gone today. */
const drained = market.map((protocol, p) =>
  p > 0
    ? protocol
    : {
        ...protocol,
        series: {
          ...protocol.series,
          tvlUsd: protocol.series.tvlUsd.map((tvl, i) => (i === days - 1 ? 0.6 * tvl : tvl)),
        },
      },
)

function movementsOn(day: number, protocols: readonly ProtocolHistory[]): Map<string, Movements> {
  const all = protocols.map(({ series }) => series)
  const tracks = marketTracks(all, day - movementHistoryDays, day, day)
  return new Map(all.map((series) => [series.protocolId, movementHistory(series, tracks, [day])[0]!]))
}

const movements = movementsOn(today, drained)

describe('an anomaly model', () => {
  const scored = model.score(vectorsOn(today, drained), { before, movements })

  it('scores each protocol by all five detectors and their consensus, from 0 to 1', () => {
    expect(scored.map(({ protocolId }) => protocolId)).toEqual(market.map(({ series }) => series.protocolId))
    for (const { scores, anomalyScore, algorithmUsed, confidence } of scored) {
      expect(Object.keys(scores).sort()).toEqual([...detectorAlgorithms, 'consensus'].sort())
      expect(Object.values(scores).every((score) => score >= 0 && score <= 1)).toBe(true)
      expect(anomalyScore).toBe(scores[algorithmUsed])
      expect(confidence).toBeGreaterThanOrEqual(0)
      expect(confidence).toBeLessThanOrEqual(1)
    }
  })

  it('finds the protocol that was drained and says so', () => {
    const drain = scored[0]!
    expect(Math.max(...scored.map(({ anomalyScore }) => anomalyScore))).toBe(drain.anomalyScore)
    expect(drain.isAnomaly).toBe(true)
    expect(alertLevelOf(drain.scores.consensus, model.threshold)).toBe('high')
    // A forest in charge tells nothing apart beyond what it has learnt.
    expect(drain.alertLevel).not.toBe('low')
    expect(drain.confidence).toBeGreaterThan(0.5)
    const tvl = drain.contributions.slice(0, 5).find(({ feature }) => feature === 'recent_tvl')
    expect(tvl).toMatchObject({ direction: 'below' })
    expect(tvl?.sentence).toMatch(/^TVL −\d\d % in .*, against −\d.* % to \+\d.* % in 90 days$/)
  })

  it('shares each score out among the features, the largest part first', () => {
    for (const { contributions, anomalyScore } of scored) {
      const parts = contributions.map(({ contribution }) => contribution)
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(anomalyScore, 9)
      expect(parts).toEqual([...parts].sort((a, b) => b - a))
    }
  })

  it('scores the same bytes after a round trip through JSON', () => {
    const text = JSON.stringify(model)
    const loaded = loadAnomalyModel(JSON.parse(text) as AnomalyModelArtifact)
    expect(loaded.score(vectorsOn(today, drained), { before, movements })).toEqual(scored)
    expect(JSON.stringify(loaded)).toBe(text)
  })

  it('changes the threshold without retraining', () => {
    const anomalies = (threshold: number): number =>
      model
        .score(vectorsOn(today, drained), { before, movements, threshold })
        .filter(({ isAnomaly }) => isAnomaly).length
    expect(anomalies(0)).toBe(20)
    expect(anomalies(1.1)).toBe(0)
    expect(anomalies(0.5)).toBeGreaterThan(anomalies(0.99))
  })

  it('scores without the vectors of the day before, a protocol it has never seen, and unknown features', () => {
    const stranger = vectorsOn(today, market)[0]!
    const unknown: FeatureVector = {
      ...stranger,
      protocolId: 'new',
      numeric: stranger.numeric.map(() => NaN),
    }
    const ownHistory = fitAnomalyModel(market, yesterday, { seed: 1, view: 'own-history', trainingRows: 300 })
    const [known, empty] = ownHistory.score([{ ...stranger, protocolId: 'newer' }, unknown])
    expect(known!.anomalyScore).toBeGreaterThanOrEqual(0)
    expect(known!.contributions[0]!.sentence).toMatch(/without a past of its own/)
    expect(empty!.contributions).toEqual([])
    expect(model.score([])).toEqual([])
    expect(model.score([stranger, unknown]).map(({ isAnomaly }) => isAnomaly)).toEqual([false, false])
  })
})

const measures = ['tvlUsd', 'priceUsd', 'marketCapUsd', 'volumeUsd'] as const

function changed(
  { series, traits }: ProtocolHistory,
  change: (value: number, measure: (typeof measures)[number]) => number,
): ProtocolHistory {
  const values = measures.map((measure) => [measure, series[measure].map((value) => change(value, measure))])
  return { traits, series: { ...series, ...(Object.fromEntries(values) as object) } }
}

function renamed({ series, traits }: ProtocolHistory, protocolId: string): ProtocolHistory {
  return { traits, series: { ...series, protocolId } }
}

describe('fitAnomalyModel', () => {
  const fit = (options: Partial<Parameters<typeof fitAnomalyModel>[2]>, protocols = market): AnomalyModel =>
    fitAnomalyModel(protocols, yesterday, { seed: 1, view: 'own-history', trainingRows: 300, ...options })

  it('gives the same bytes for the same seed', () => {
    expect(JSON.stringify(fit({}))).toBe(JSON.stringify(fit({})))
  })

  it('never looks past its as-of day', () => {
    expect(JSON.stringify(fit({}, drained))).toBe(JSON.stringify(fit({})))
  })

  it('takes the contamination that it is given, 10 % by default, or estimates it', () => {
    expect(fit({}).threshold).toBe(0.9)
    expect(fit({ contamination: 0.02 }).threshold).toBe(0.98)
    const estimated = fit({ contamination: 'estimate' }).threshold
    expect(estimated).toBeGreaterThan(0.7)
    expect(estimated).toBeLessThan(1)
  })

  it('lets the best judge of injected anomalies, the silhouette or the consensus decide', () => {
    const { algorithmUsed, judges } = fit({})
    expect(judges[algorithmUsed].averagePrecision).toBe(
      Math.max(...Object.values(judges).map(({ averagePrecision }) => averagePrecision)),
    )
    const bySilhouette = fit({ selection: 'silhouette' })
    expect(judges[bySilhouette.algorithmUsed].silhouette).toBe(
      Math.max(...Object.values(judges).map(({ silhouette }) => silhouette ?? -Infinity)),
    )
    expect(fit({ selection: 'consensus' }).algorithmUsed).toBe('consensus')
  })

  it.each<[string, (protocol: ProtocolHistory, p: number) => ProtocolHistory]>([
    ['duplicates', (_, p) => renamed(market[0]!, `twin-${p}`)],
    ['all-equal days', (protocol) => changed(protocol, () => 7)],
    [
      'nothing but TVL',
      (protocol) => changed(protocol, (value, measure) => (measure === 'tvlUsd' ? value : NaN)),
    ],
    ['huge values', (protocol, p) => changed(protocol, (value) => (p === 0 ? value * 1e300 : value))],
  ])('gives finite scores for a market of %s', (_, make) => {
    const hostile = market.map(make)
    const fitted = fitAnomalyModel(hostile, yesterday, { seed: 1, trainingRows: 200 })
    const options = { movements: movementsOn(today, hostile) }
    for (const { anomalyScore, confidence, scores } of fitted.score(vectorsOn(today, hostile), options))
      for (const value of [anomalyScore, confidence, ...Object.values(scores)])
        expect(Number.isFinite(value)).toBe(true)
  })

  it('makes do with one protocol, and refuses none or too short ones', () => {
    expect(fit({}, market.slice(0, 1)).score(vectorsOn(today, market.slice(0, 1)))).toHaveLength(1)
    expect(() => fit({}, [])).toThrow(ModelInputError)
    expect(() => fit({}, walkingMarket(3, 5, 1))).toThrow(/10 points or more/)
  })
})
