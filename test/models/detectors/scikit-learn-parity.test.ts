import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createDetector } from '../../../models/detectors/catalogue.ts'
import { fitRobustScaler } from '../../../models/detectors/robust-scaler.ts'
import { rocAuc } from '../../../models/metrics/ranking.ts'
import { fromRows } from '../../../models/matrix.ts'
import { clusterByDensity } from '../../../models/neighbours/density-clusters.ts'
import { silhouette } from '../../../models/selection/silhouette.ts'

function golden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../goldens/detectors/${name}.json`, import.meta.url), 'utf8'))
}

interface Exact {
  train: number[][]
  test: number[][]
  scaled: number[][]
  lof: { train: number[]; test: number[] }
  oneClassSvm: { params: { nu: number; gamma: number | string }; train: number[]; test: number[] }[]
  dbscan: { eps: number; minPoints: number; labels: number[]; core: number[] }[]
  silhouette: { labels: number[]; value: number }[]
}

interface ByAuc {
  rows: number[][]
  isOutlier: number[]
  isolationForest: number[]
  autoencoder: number[]
}

const exact = golden('exact') as Exact
const train = fromRows(exact.train)
const test = fromRows(exact.test)
const scaled = fromRows(exact.scaled)
const seeds = Array.from({ length: 10 }, (_, seed) => seed)

function largestGap(actual: Float64Array, expected: number[]): number {
  expect(actual.length).toBe(expected.length)
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)))
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('parity with scikit-learn', () => {
  it('scales as RobustScaler', () => {
    expect(
      largestGap(fitRobustScaler(train, 'robust').transform(train).data, exact.scaled.flat()),
    ).toBeLessThan(1e-12)
  })

  it('gives the LOF of training rows, duplicates among them, and of new rows', () => {
    const fitted = createDetector('lof', { neighbours: 10 }).fit(train, { seed: 1 })
    expect(largestGap(fitted.trainingScores, exact.lof.train)).toBeLessThan(1e-9)
    expect(largestGap(fitted.decisionFunction(test), exact.lof.test)).toBeLessThan(1e-9)
  })

  it.each(exact.oneClassSvm)(
    'gives the decision values and labels of OneClassSVM with $params',
    (expected) => {
      const fitted = createDetector('one-class-svm', expected.params).fit(train, { seed: 1 })
      const decision = fitted.decisionFunction(test).map((score) => -score)
      expect(
        largestGap(
          fitted.trainingScores.map((score) => -score),
          expected.train,
        ),
      ).toBeLessThan(1e-6)
      expect(largestGap(decision, expected.test)).toBeLessThan(1e-6)
      expect(Array.from(decision, Math.sign)).toEqual(expected.test.map(Math.sign))
    },
  )

  it.each(exact.dbscan)('finds the clusters of DBSCAN with eps $eps and $minPoints points', (expected) => {
    const { labels, coreRows } = clusterByDensity(scaled, expected.eps, expected.minPoints)
    expect(Array.from(labels)).toEqual(expected.labels)
    expect(Array.from(coreRows)).toEqual(expected.core)
  })

  it('gives the silhouette score, with two labels and with many', () => {
    for (const { labels, value } of exact.silhouette)
      expect(Math.abs(silhouette(scaled, labels) - value)).toBeLessThan(1e-9)
  })

  const byAuc = golden('auc') as ByAuc
  const rows = fromRows(byAuc.rows)
  const aucOf = (algorithm: 'isolation-forest' | 'autoencoder', seed: number): number =>
    rocAuc(byAuc.isOutlier, createDetector(algorithm).fit(rows, { seed }).trainingScores)

  it('ranks as well as IsolationForest, over 10 seeds', () => {
    const own = mean(seeds.map((seed) => aucOf('isolation-forest', seed)))
    expect(Math.abs(own - mean(byAuc.isolationForest))).toBeLessThan(0.01)
  })

  it('ranks as well as MLPRegressor used as an autoencoder, over 10 seeds', () => {
    const own = mean(seeds.map((seed) => aucOf('autoencoder', seed)))
    expect(Math.abs(own - mean(byAuc.autoencoder))).toBeLessThan(0.01)
  })
})
