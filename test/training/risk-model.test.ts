import { describe, expect, it } from 'vitest'
import { ModelInputError } from '../../models/errors.ts'
import { row } from '../../models/matrix.ts'
import { featureNames } from '../../src/domain/feature-names.ts'
import type { ModelConfig } from '../../src/training/learner.ts'
import { loadRiskModel, meanAbsoluteShap, type RiskModelArtifact } from '../../src/training/risk-model.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { trainRiskModel } from '../../src/training/train-risk-model.ts'
import { takeVectors } from '../../src/training/vector-table.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

const samples = buildSamples(drawHistories(24, 220), lastDrawnDay(220))
const { day } = samples.vectors
const lastDay = takeVectors(
  samples.vectors,
  Int32Array.from([...day.keys()].filter((i) => day[i] === day.at(-1))),
)
const configs: ModelConfig[] = [
  { algorithm: 'random-forest', params: { n_estimators: 30 }, view: 'raw', balance: 'smote' },
  { algorithm: 'logistic', params: {}, view: 'ranks', balance: 'weights' },
]

describe.each(configs)('a risk model of $algorithm on $view', (config) => {
  const model = trainRiskModel(samples, config, { seed: 1 })

  it('gives each protocol of a day three probabilities that sum to 1, and a level', () => {
    const { level, probability } = model.predict(lastDay)
    expect(level).toHaveLength(24)
    for (let i = 0; i < 24; i++) {
      const sum = row(probability, i).reduce((a, b) => a + b)
      expect(sum).toBeCloseTo(1, 12)
      expect(Math.min(...row(probability, i))).toBeGreaterThanOrEqual(0)
    }
  })

  it('is calibrated: on average it promises what happens', () => {
    const { probability } = model.predict(samples.vectors)
    const promised = probability.data.filter((_, k) => k % 3 === 2).reduce((a, b) => a + b) / day.length
    const happened = samples.label.filter((label) => label === 2).length / day.length
    expect(Math.abs(promised - happened)).toBeLessThan(0.1)
  })

  it('explains class high so that base and values add up to the output', () => {
    const { base, values, output } = model.explain(lastDay)
    expect(values.columns).toBe(featureNames.length)
    output.forEach((out, i) => {
      const sum = row(values, i).reduce((a, b) => a + b, base)
      expect(sum).toBeCloseTo(out, 9)
    })
    const importance = meanAbsoluteShap(model.explain(lastDay))
    expect(importance.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('predicts and explains the same bytes after a round trip through JSON', () => {
    const loaded = loadRiskModel(JSON.parse(JSON.stringify(model)) as RiskModelArtifact)
    expect(loaded.predict(lastDay)).toEqual(model.predict(lastDay))
    expect(loaded.explain(lastDay)).toEqual(model.explain(lastDay))
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(model))
  })

  it('is a function of data, configuration and seed', () => {
    const again = trainRiskModel(samples, config, { seed: 1 })
    expect(JSON.stringify(again)).toBe(JSON.stringify(model))
  })

  it('scores a protocol of a category and chain that it never saw', () => {
    const stranger = {
      ...lastDay,
      category: { codes: lastDay.category.codes, names: ['Insurance', 'Options', 'Launchpad'] },
      chain: { codes: lastDay.chain.codes, names: ['Solana'] },
    }
    expect(model.predict(stranger).probability.data.every((p) => Number.isFinite(p))).toBe(true)
  })

  it('learns from the given rows only', () => {
    const rows = Int32Array.from([...day.keys()].filter((i) => day[i]! < day[0]! + 70))
    const changed = {
      ...samples,
      label: samples.label.map((label, i) => (rows.includes(i) ? label : 2 - label)),
    }
    const early = trainRiskModel(samples, config, { seed: 1, rows })
    expect(JSON.stringify(trainRiskModel(changed, config, { seed: 1, rows }))).toBe(JSON.stringify(early))
  })
})

describe('loadRiskModel', () => {
  it('refuses what is no risk model, and one of other features', () => {
    const artifact = JSON.parse(
      JSON.stringify(trainRiskModel(samples, configs[1]!, { seed: 1 })),
    ) as RiskModelArtifact
    expect(() => loadRiskModel({ ...artifact, featureSet: 99 })).toThrow(
      new ModelInputError('Expected a model of feature set 1, got 99'),
    )
    expect(() => loadRiskModel({} as RiskModelArtifact)).toThrow(
      new ModelInputError('Expected a risk-model artifact, got undefined'),
    )
  })
})
