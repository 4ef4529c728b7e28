import { expect, it } from 'vitest'
import { countRefused } from '../../workers/collecting/count-refused.ts'

it('counts every refused row, also those of which no sample is kept', () => {
  expect(countRefused({ refusedCounts: {} })).toBe(0)
  expect(countRefused({ refusedCounts: { 'not-a-number': 4_000, 'bad-date': 12 } })).toBe(4_012)
})
