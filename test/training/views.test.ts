import { describe, expect, it } from 'vitest'
import { featureNames } from '../../src/domain/feature-names.ts'
import type { FeatureVector } from '../../src/features/series.ts'
import { encodeVectors, fitEncoding } from '../../src/training/encoding.ts'
import { viewed } from '../../src/training/feature-view.ts'
import { vectorTable } from '../../src/training/vector-table.ts'

const vector = (asOfDay: number, tvlVolatility: number, category: string | null): FeatureVector => ({
  protocolId: `p${tvlVolatility}`,
  asOfDay,
  numeric: new Float64Array(15).fill(1).with(0, tvlVolatility),
  protocolCategory: category,
  protocolChain: null,
  points: 90,
  stale: false,
})
const volatilities = ({ numeric }: { numeric: Float64Array }): number[] =>
  [...numeric].filter((_, k) => k % 15 === 0)

describe('viewed', () => {
  const table = vectorTable([
    vector(1, 0.5, 'Dexes'),
    vector(1, 100, 'Dexes'),
    vector(1, NaN, 'Dexes'),
    vector(1, 0.5, 'Dexes'),
    vector(2, 0.1, 'Dexes'),
  ])

  it('leaves raw features as they are', () => {
    expect(viewed(table, 'raw')).toBe(table)
  })

  it('ranks each feature among the known values of the same day; equals share a rank', () => {
    expect(volatilities(viewed(table, 'ranks'))).toEqual([1 / 3, 5 / 6, NaN, 1 / 3, 0.5])
  })

  it('does not change when the whole market moves', () => {
    const doubled = { ...table, numeric: table.numeric.map((value) => value * 2) }
    expect(viewed(doubled, 'ranks').numeric).toEqual(viewed(table, 'ranks').numeric)
  })
})

describe('encoding', () => {
  const many = (category: string | null, rows: number): FeatureVector[] =>
    Array.from({ length: rows }, (_, i) => vector(1, i, category))
  const encoding = fitEncoding(
    vectorTable([...many('Lending', 12), ...many('Bridge', 10), ...many('Rare', 9)]),
  )

  it('gives frequent names a code, and 0 to rare, new and unknown ones', () => {
    expect(encoding.category).toEqual(['Bridge', 'Lending'])
    const shown = vectorTable([
      vector(1, 0, 'Lending'),
      vector(1, 0, 'Bridge'),
      vector(1, 0, 'Rare'),
      vector(1, 0, 'New'),
      vector(1, 0, null),
    ])
    const x = encodeVectors(shown, encoding)
    const column = featureNames.indexOf('protocol_category')
    expect(Array.from({ length: 5 }, (_, i) => x.data[i * 17 + column])).toEqual([2, 1, 0, 0, 0])
  })

  it('puts the numbers under their names', () => {
    const one = vector(1, 0, null)
    one.numeric.set(Array.from({ length: 15 }, (_, j) => j))
    const x = encodeVectors(vectorTable([one]), encoding)
    expect(x.data[featureNames.indexOf('price_change_std')]).toBe(11)
    expect(x.data[featureNames.indexOf('recent_price_change')]).toBe(12)
  })
})
