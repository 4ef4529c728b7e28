import { describe, expect, it } from 'vitest'
import type { TrainingSet } from '../../../models/classifiers/classifier.ts'
import { ModelInputError } from '../../../models/errors.ts'
import { fromRows, matrix, row } from '../../../models/matrix.ts'
import { balancedWeights, smote } from '../../../models/validation/smote.ts'
import goldens from '../../goldens/validation/validation.json' with { type: 'json' }

const numeric = (name: string) => ({ name, kind: 'numeric' as const })
const golden = goldens.smote
const bent: TrainingSet = {
  x: matrix(golden.y.length, 2, Float64Array.from(golden.x)),
  y: Int32Array.from(golden.y),
  classes: 2,
  features: [numeric('a'), numeric('b')],
}

function newRows(before: TrainingSet, after: TrainingSet): Float64Array[] {
  return Array.from({ length: after.x.rows - before.x.rows }, (_, i) => row(after.x, before.x.rows + i))
}

describe('SMOTE against imbalanced-learn', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed)
  const drawn = seeds.map((seed) => newRows(bent, smote(bent, { seed })))
  const average = (measure: (rows: Float64Array[]) => number): number =>
    drawn.reduce((sum, rows) => sum + measure(rows), 0) / drawn.length

  it('makes as many rows', () => {
    expect(smote(bent, { seed: 1 }).x.rows).toBe(golden.rows)
  })

  it.each([0, 1])('draws column %i with the same mean and spread', (j) => {
    const mean = (rows: Float64Array[]): number => rows.reduce((sum, r) => sum + r[j]!, 0) / rows.length
    expect(Math.abs(average(mean) - golden.mean[j]!)).toBeLessThan(0.03)
    const deviation = (rows: Float64Array[]): number =>
      Math.sqrt(rows.reduce((sum, r) => sum + (r[j]! - mean(rows)) ** 2, 0) / rows.length)
    expect(Math.abs(average(deviation) - golden.deviation[j]!)).toBeLessThan(0.03)
  })

  it('keeps as close to the known rows of a bent cloud', () => {
    const known = golden.y.flatMap((label, i) => (label === 1 ? [row(bent.x, i)] : []))
    const distance = (rows: Float64Array[]): number =>
      rows.reduce(
        (sum, r) => sum + Math.min(...known.map((k) => Math.hypot(k[0]! - r[0]!, k[1]! - r[1]!))),
        0,
      ) / rows.length
    expect(average(distance) / golden.distanceToNearest).toBeCloseTo(1, 1)
  })
})

describe('smote', () => {
  it('keeps the given rows first and fills every class up to the largest', () => {
    const data: TrainingSet = {
      ...bent,
      classes: 3,
      y: bent.y.map((label, i) => (i % 7 === 0 ? 2 : label)),
    }
    const grown = smote(data, { seed: 2 })
    expect(grown.x.data.subarray(0, data.x.data.length)).toEqual(data.x.data)
    expect(grown.y.subarray(0, data.y.length)).toEqual(data.y)
    const counts = [0, 1, 2].map((c) => grown.y.filter((label) => label === c).length)
    expect(new Set(counts).size).toBe(1)
  })

  it('places every new row on a segment between two rows of its class', () => {
    const minority = golden.y.flatMap((label, i) => (label === 1 ? [row(bent.x, i)] : []))
    const offSegment = (p: Float64Array, a: Float64Array, b: Float64Array): number =>
      Math.hypot(p[0]! - a[0]!, p[1]! - a[1]!) +
      Math.hypot(p[0]! - b[0]!, p[1]! - b[1]!) -
      Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)
    for (const made of newRows(bent, smote(bent, { seed: 3 })).slice(0, 50)) {
      const nearest = Math.min(...minority.flatMap((a) => minority.map((b) => offSegment(made, a, b))))
      expect(nearest).toBeLessThan(1e-9)
    }
  })

  it('takes the most frequent category of the neighbours, never one in between', () => {
    const data: TrainingSet = {
      x: fromRows([[0, 2], [1, 2], [2, 2], [3, 7], ...Array.from({ length: 20 }, () => [9, 1])]),
      y: Int32Array.from({ length: 24 }, (_, i) => (i < 4 ? 1 : 0)),
      classes: 2,
      features: [numeric('a'), { name: 'category', kind: 'categorical' }],
    }
    const made = newRows(data, smote(data, { seed: 1, neighbours: 3 }))
    expect(made).toHaveLength(16)
    expect(made.every(([, category]) => category === 2)).toBe(true)
  })

  it('leaves missing what is missing in the row', () => {
    const data: TrainingSet = {
      x: fromRows([[0, NaN], [1, NaN], [2, NaN], ...Array.from({ length: 9 }, (_, i) => [i, 1])]),
      y: Int32Array.from({ length: 12 }, (_, i) => (i < 3 ? 1 : 0)),
      classes: 2,
      features: [numeric('a'), numeric('b')],
    }
    const made = newRows(data, smote(data, { seed: 1 }))
    expect(made.every(([a, b]) => Number.isFinite(a) && Number.isNaN(b))).toBe(true)
  })

  it('measures distance in standard deviations, so that a wide column does not decide alone', () => {
    // Neighbours by the narrow column are {0, 1} and {2, 3}; by raw distance they would be {0, 2} and {1, 3}.
    const rows = [
      [0, 0],
      [900, 0.001],
      [10, 5],
      [910, 5.001],
    ]
    const data: TrainingSet = {
      x: fromRows([...rows, ...Array.from({ length: 30 }, (_, i) => [i * 1000, (i % 2) * 5])]),
      y: Int32Array.from({ length: 34 }, (_, i) => (i < 4 ? 1 : 0)),
      classes: 2,
      features: [numeric('wide'), numeric('narrow')],
    }
    const made = newRows(data, smote(data, { seed: 5, neighbours: 1 }))
    expect(made.every(([, narrow]) => narrow! < 0.01 || narrow! > 4.99)).toBe(true)
  })

  it('leaves a class of one row alone, and balanced data as they are', () => {
    const lone = { ...bent, y: bent.y.map((_, i) => (i === 0 ? 1 : 0)) }
    expect(smote(lone, { seed: 1 })).toBe(lone)
    const even = { ...bent, y: bent.y.map((_, i) => i % 2) }
    expect(smote(even, { seed: 1 })).toBe(even)
  })

  it('is a function of the seed', () => {
    expect(smote(bent, { seed: 9 })).toEqual(smote(bent, { seed: 9 }))
    expect(smote(bent, { seed: 9 })).not.toEqual(smote(bent, { seed: 10 }))
  })

  it('refuses less than one neighbour', () => {
    expect(() => smote(bent, { seed: 1, neighbours: 0 })).toThrow(
      new ModelInputError('Expected neighbours to be 1 or more, got 0'),
    )
  })
})

describe('balancedWeights', () => {
  it('gives every class the same total', () => {
    const weights = balancedWeights(Int32Array.of(0, 0, 0, 1))
    expect([...weights]).toEqual([2 / 3, 2 / 3, 2 / 3, 2])
  })
})
