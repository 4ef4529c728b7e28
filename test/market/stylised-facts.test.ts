import { describe, expect, it } from 'vitest'
import { dayNumber } from '../../src/domain/calendar.ts'
import { loadDataset, type Dataset } from '../../src/market/dataset.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { stylisedFacts, type StylisedFacts } from './stylised-facts.ts'

const names = ['priceUsd', 'tvlUsd', 'volumeUsd'] as const

/** 39 real protocols, daily, 2020-01-01 to 2022-02-18; see docs/simulator.md. */
const recordedFacts: Readonly<Record<(typeof names)[number], StylisedFacts>> = {
  priceUsd: {
    deviation: 0.092,
    excessKurtosis: 5.9,
    tailIndex: 3.05,
    clustering: 0.099,
    reversal: 0.001,
    crossCorrelation: 0.359,
  },
  tvlUsd: {
    deviation: 0.098,
    excessKurtosis: 50,
    tailIndex: 1.56,
    clustering: 0.097,
    reversal: 0.003,
    crossCorrelation: 0.252,
  },
  volumeUsd: {
    deviation: 0.609,
    excessKurtosis: 2.7,
    tailIndex: 3.3,
    clustering: 0.081,
    reversal: -0.262,
    crossCorrelation: 0.104,
  },
}

/** "Of the size found": factors for sizes, distances for what is near 0. */
function expectSameSize(simulated: StylisedFacts, recorded: StylisedFacts): void {
  const factor = (fact: keyof StylisedFacts): number => simulated[fact] / recorded[fact]
  const distance = (fact: keyof StylisedFacts): number => Math.abs(simulated[fact] - recorded[fact])
  expect(factor('deviation'), 'deviation').toBeGreaterThan(0.75)
  expect(factor('deviation'), 'deviation').toBeLessThan(1.33)
  expect(factor('excessKurtosis'), 'excess kurtosis').toBeGreaterThan(0.5)
  expect(factor('excessKurtosis'), 'excess kurtosis').toBeLessThan(2.5)
  expect(factor('tailIndex'), 'tail index').toBeGreaterThan(0.8)
  expect(factor('tailIndex'), 'tail index').toBeLessThan(1.25)
  expect(distance('clustering'), 'clustering').toBeLessThan(0.04)
  expect(distance('reversal'), 'reversal').toBeLessThan(0.08)
  expect(distance('crossCorrelation'), 'cross-correlation').toBeLessThan(0.1)
}

const simulated = simulateDataset({ protocols: 80, days: 780, seed: 2 })

describe('a simulated market has heavy tails, clustering and cross-correlation of the size of a recorded one', () => {
  it.each(names)('in %s', (name) => {
    expectSameSize(stylisedFacts(simulated, name), recordedFacts[name])
  })

  const recorded = process.env['TIDEGAUGE_DATASET'] ?? ''
  it.runIf(recorded !== '').each(names)('in %s, against the recorded dataset itself', async (name) => {
    expectSameSize(stylisedFacts(simulated, name), stylisedFacts(await loadDataset(recorded), name))
  })
})

interface Sample {
  /** An incident that harms deposits starts within 30 days. */
  readonly isBad: boolean
  readonly quality: number
  /** Mean absolute daily change over 30 days, of the price or else of TVL. */
  readonly volatility: number
}

describe('the risk of a simulated market', () => {
  const samples = weeklySamples(simulateDataset({ protocols: 200, days: 400, seed: 2 }))

  it('is rare, as in recorded markets', () => {
    const baseRate = samples.filter(({ isBad }) => isBad).length / samples.length
    expect(baseRate).toBeGreaterThan(0.03)
    expect(baseRate).toBeLessThan(0.1)
  })

  it('shows in what can be observed, with noise: volatility alone helps about as much as in recorded ones', () => {
    const skill = areaUnderCurve(samples, ({ volatility }) => volatility)
    expect(skill).toBeGreaterThan(0.54)
    expect(skill).toBeLessThan(0.7)
  })

  it('hangs on the hidden quality, and not on it alone', () => {
    const skill = areaUnderCurve(samples, ({ quality }) => -quality)
    expect(skill).toBeGreaterThan(0.65)
    expect(skill).toBeLessThan(0.85)
  })
})

function weeklySamples({ protocols, series, groundTruth }: Dataset): Sample[] {
  return protocols.flatMap(({ slug }, p) => {
    const quality = groundTruth!.quality[slug]
    if (quality === undefined) return []
    const starts = groundTruth!.incidents
      .filter((incident) => incident.slug === slug && incident.kind !== 'wash-volume')
      .map(({ first_date }) => dayNumber(first_date))
    const { day, priceUsd, tvlUsd } = series[p]!
    const samples: Sample[] = []
    for (let row = 31; row < day.length - 30; row += 7) {
      const isBad = starts.some((start) => start > day[row]! && start <= day[row]! + 30)
      const sizes = lastSizes(priceUsd, row) ?? lastSizes(tvlUsd, row)
      if (sizes) samples.push({ isBad, quality, volatility: sizes.reduce((a, b) => a + b) / sizes.length })
    }
    return samples
  })
}

function lastSizes(values: Float64Array, row: number): number[] | null {
  const sizes = Array.from({ length: 30 }, (_, k) =>
    Math.abs(Math.log(values[row - k]! / values[row - k - 1]!)),
  )
  const finite = sizes.filter(Number.isFinite)
  return finite.length < 20 ? null : finite
}

/** The chance that a bad sample has the higher score of two. */
function areaUnderCurve(samples: readonly Sample[], score: (sample: Sample) => number): number {
  let [bad, good, wins] = [0, 0, 0]
  for (const { isBad } of [...samples].sort((a, b) => score(a) - score(b)))
    if (isBad) {
      bad++
      wins += good
    } else good++
  return wins / (bad * good)
}
