import { expect, it } from 'vitest'
import { medianInPlace } from '../../src/features/median.ts'

it('agrees with a sort for every length, with ties', () => {
  for (let count = 1; count < 60; count++) {
    const values = Float64Array.from({ length: count }, (_, i) => (i * 7919) % 23)
    const sorted = values.slice().sort()
    const expected = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2
    expect(medianInPlace(values), `${count} values`).toBe(expected)
  }
})

it('reads only as many values as it is told, and is NaN for none', () => {
  expect(medianInPlace(Float64Array.of(3, 1, 2, 99, 99), 3)).toBe(2)
  expect(medianInPlace(new Float64Array(5), 0)).toBeNaN()
})
