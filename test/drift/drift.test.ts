import { describe, expect, it } from 'vitest'
import { createRandom } from '../../models/random.ts'
import { marketTracks } from '../../src/features/market-tracks.ts'
import { movementHistory, movementHistoryDays } from '../../src/features/movements.ts'
import { fitAnomalyModel } from '../../src/anomaly/fit-anomaly-model.ts'
import type { ProtocolHistory } from '../../src/anomaly/training-material.ts'
import { numericFeatureNames } from '../../src/domain/feature-names.ts'
import { anomalyScoreName, judgeDrift } from '../../src/drift/decide-retraining.ts'
import { featureReference } from '../../src/drift/drift-reference.ts'
import { type Drift, hasDrifted, measureDrift } from '../../src/drift/measure-drift.ts'
import { anomalyReference, riskReference } from '../../src/drift/training-window.ts'
import { buildFeatures } from '../../src/features/build.ts'
import type { FeatureVector } from '../../src/features/series.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { historiesOf } from '../../src/training/dataset-histories.ts'
import { vectorTable } from '../../src/training/vector-table.ts'

const days = 260
const market = historiesOf(simulateDataset({ protocols: 80, days, seed: 3 }))
const lastDay = Math.max(...market.map(({ series }) => series.firstDay + series.tvlUsd.length - 1))
const trainedOn = lastDay - 20

const vectorsOn = (protocols: readonly ProtocolHistory[], day: number): FeatureVector[] =>
  protocols.flatMap(({ series, traits }) => buildFeatures(series, traits, day) ?? [])

/** From the day after the training on, liquidity leaves, trading is frantic and prices jump about. */
function shifted(protocols: readonly ProtocolHistory[]): ProtocolHistory[] {
  const random = createRandom(11)
  return protocols.map((protocol) => {
    const { series } = protocol
    const later = (values: Float64Array, change: () => number): Float64Array =>
      values.map((value, i) => (series.firstDay + i > trainedOn ? value * change() : value))
    return {
      ...protocol,
      series: {
        ...series,
        tvlUsd: later(series.tvlUsd, () => 0.2 * Math.exp(0.3 * random.normal())),
        priceUsd: later(series.priceUsd, () => Math.exp(0.4 * random.normal())),
        volumeUsd: later(series.volumeUsd, () => 20 * Math.exp(random.normal())),
      },
    }
  })
}

const model = fitAnomalyModel(market, trainedOn, { seed: 1, trainingRows: 300 })
const reference = anomalyReference(model, market)
const measuredOn = (protocols: readonly ProtocolHistory[], day: number): Drift[] => {
  const vectors = vectorsOn(protocols, day)
  const before = new Map(vectorsOn(protocols, day - 1).map((vector) => [vector.protocolId, vector]))
  const all = protocols.map(({ series }) => series)
  const tracks = marketTracks(all, day - movementHistoryDays, day, day)
  const movements = new Map(
    all.map((series) => [series.protocolId, movementHistory(series, tracks, [day])[0]!]),
  )
  const scores = Float64Array.from(
    model.score(vectors, { before, movements }),
    ({ anomalyScore }) => anomalyScore,
  )
  return measureDrift(
    reference,
    vectors.map(({ numeric }) => numeric),
    scores,
  )
}

describe('the reference of a training window', () => {
  it('knows all 15 numbers and the anomaly score', () => {
    expect(reference.map(({ name }) => name)).toEqual([...numericFeatureNames, anomalyScoreName])
  })

  it('crosses JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(reference))).toEqual(reference)
  })

  it('is made of the samples of a risk model too', () => {
    const table = vectorTable(
      [trainedOn - 14, trainedOn - 7, trainedOn].flatMap((day) => vectorsOn(market, day)),
    )
    const ofRisk = riskReference(table)
    expect(ofRisk.map(({ name }) => name)).toEqual([...numericFeatureNames])
    for (const { counts } of ofRisk) expect(counts.reduce((a, b) => a + b, 0)).toBe(table.rows)
  })
})

describe('drift', () => {
  it('is not seen where rows come from the distribution of the training window', () => {
    const random = createRandom(5)
    const draw = (rows: number) =>
      Array.from({ length: rows }, () => Float64Array.from(numericFeatureNames, () => random.normal()))
    const still = featureReference([draw(60), draw(60), draw(60), draw(60)])
    const drifts = measureDrift(still, draw(60), new Float64Array())
    expect(drifts.filter(hasDrifted)).toEqual([])
  })

  it('asks for no training in the days after it on a market that goes on as before', () => {
    for (const ahead of [1, 4, 7]) expect(judgeDrift(measuredOn(market, trainedOn + ahead))).toBeUndefined()
  })

  it('is seen on a market that has become another one, and asks for a training with the figures', () => {
    const drifts = measuredOn(shifted(market), lastDay)
    const moved = drifts.filter(hasDrifted).map(({ name }) => name)
    expect(moved).toContain('liquidity_ratio')
    expect(moved).toContain('price_change_std')
    expect(judgeDrift(drifts)?.reason).toMatch(
      /^\d+ of 15 features have drifted from the training window, most of all \w+ with an index of \d+\.\d\d over 0\.\d\d/,
    )
  })

  it('is nothing where there are no rows', () => {
    expect(measureDrift(reference, [], new Float64Array()).every((drift) => !hasDrifted(drift))).toBe(true)
  })
})

describe('judgeDrift', () => {
  const drift = (name: string, psi: number): Drift => ({ name, psi, limit: 0.25 })
  const features = (moved: number) =>
    numericFeatureNames.map((name, i) => drift(name, i < moved ? 0.5 + i / 100 : 0.1))

  it('asks from a third of the features on', () => {
    expect(judgeDrift(features(4))).toBeUndefined()
    expect(judgeDrift(features(5))?.share).toBeCloseTo(1 / 3, 12)
  })

  it('asks when the scores alone have drifted', () => {
    expect(judgeDrift([...features(0), drift(anomalyScoreName, 0.3)])?.reason).toBe(
      '0 of 15 features have drifted from the training window, and the anomaly scores have (anomaly_score with an index of 0.30 over 0.25)',
    )
  })

  it('asks nothing where nothing is known', () => {
    expect(judgeDrift([])).toBeUndefined()
  })
})
