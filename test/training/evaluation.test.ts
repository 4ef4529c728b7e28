import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../src/market/dataset.ts'
import { historiesOf } from '../../src/training/dataset-histories.ts'
import { evaluateSamples, type Executor } from '../../src/training/evaluation.ts'
import { modelCard } from '../../src/training/model-card.ts'
import { precisionRecallCurve, reliabilityDiagram } from '../../src/training/pictures.ts'
import { buildSamples } from '../../src/training/samples.ts'
import { candidateTask, predictionTask, judgementTask } from '../../src/training/tasks.ts'
import { drawHistories, lastDrawnDay } from './drawn-histories.ts'

const here: Executor = {
  candidateTask: (input) => Promise.resolve(candidateTask(input)),
  predictionTask: (input) => Promise.resolve(predictionTask(input)),
  judgementTask: (input) => Promise.resolve(judgementTask(input)),
}

describe('the model card', async () => {
  const samples = buildSamples(drawHistories(20, 250), lastDrawnDay(250))
  const report = await evaluateSamples(samples, here, { seed: 1, algorithms: ['logistic'] })
  const facts = {
    protocols: 20,
    simulated: false,
    firstDate: '2020-01-01',
    lastDate: '2022-02-18',
    seed: 1,
    grid: 'full',
  } as const
  const card = modelCard(report, facts)

  it('says what it was made from', () => {
    expect(card).toContain('20 real protocols, 2020 to February 2022')
    expect(modelCard(report, { ...facts, simulated: true })).toContain('20 simulated protocols')
  })

  it('puts every figure of every algorithm beside both baselines', () => {
    const row = card.split('\n').find((line) => line.startsWith('| average precision of high |'))
    expect(row?.split('|').slice(2, -1)).toHaveLength(3)
    expect(row).toContain(report.volatility.judgement.figures.averagePrecision.estimate.toFixed(3))
    expect(card).not.toMatch(/undefined|\[object/)
  })

  it('does not claim what the interval does not carry', () => {
    const { promoted } = report
    const unsure = { estimate: 1.5, lower: 0.9, upper: 2, standardError: 0.3 }
    const judgement = {
      ...promoted.judgement,
      figures: { ...promoted.judgement.figures, precisionOverVolatility: unsure },
    }
    const modest = modelCard({ ...report, promoted: { ...promoted, judgement } }, facts)
    expect(modest).toContain('**not** proven better')
  })

  it('names what the model must not be used for', () => {
    expect(card).toContain('## What it must not be used for')
  })
})

describe('pictures', () => {
  const positive = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0))
  const score = positive.map((value, i) => (value + (i % 7)) / 10)

  it('draws a reliability diagram with a point for each bin', () => {
    const svg = reliabilityDiagram([{ name: 'a <model>', positive, probability: score }])
    expect(svg).toContain('a &lt;model>')
    expect(svg.match(/<circle/g)?.length).toBeGreaterThan(3)
    expect(svg).not.toContain('NaN')
  })

  it('draws precision over recall beside the base rate', () => {
    const svg = precisionRecallCurve([{ name: 'model', positive, score }], 0.25)
    expect(svg).toContain('class="dash"')
    expect(svg).not.toContain('NaN')
  })
})

describe('historiesOf', () => {
  const columns = (day: number[]): Dataset['series'][number] => {
    const values = Float64Array.from(day, () => 1)
    return {
      day: Int32Array.from(day),
      tvlUsd: values,
      priceUsd: values,
      marketCapUsd: values,
      volumeUsd: values,
    }
  }
  const protocol = (slug: string, more: object): Dataset['protocols'][number] => ({
    slug,
    name: slug,
    symbol: '-',
    gecko_id: null,
    category: 'Dexes',
    chains: ['Base', 'Ethereum'],
    ...more,
  })
  const dataset: Dataset = {
    protocols: [
      protocol('child', { id: '7', parentProtocol: 'parent#x' }),
      protocol('other', { id: '8', deadFrom: '1970-01-06' }),
      protocol('empty', {}),
    ],
    series: [columns([1, 3]), columns([2]), columns([])],
    hacks: [
      { date: 86_400 * 5, name: 'other', defillamaId: null, parentProtocolId: 'parent#x' },
      { date: 86_400 * 9 + 60, name: 'child', defillamaId: 8 },
    ],
    groundTruth: null,
    firstDay: 1,
    lastDay: 3,
  }

  it('joins incidents on ids and never on names, and leaves out what has no row', () => {
    const histories = historiesOf(dataset)
    expect(histories.map(({ series }) => series.protocolId)).toEqual(['child', 'other'])
    expect(histories.map(({ incidentDays }) => incidentDays)).toEqual([[5], [9]])
    expect(histories.map(({ deadFromDay }) => deadFromDay)).toEqual([null, 5])
    expect(histories.map(({ parentId }) => parentId)).toEqual(['parent#x', null])
    expect(histories[0]?.traits).toEqual({ category: 'Dexes', mainChain: 'Base' })
  })
})
