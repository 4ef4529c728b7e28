import { expect, it } from 'vitest'
import { lonelyIn, withUnknownDays } from '../../src/dashboard/charts/unknown-days.ts'

const day = 86_400
const on = (...days: number[]): number[] => days.map((one) => one * day)

it('puts an unknown value where days are missing, and nowhere else', () => {
  expect(withUnknownDays({ times: on(1, 2, 5, 6.5, 8), values: [10, null, 30, 40, 50] })).toEqual({
    times: on(1, 2, 3, 5, 6.5, 8),
    values: [10, null, null, 30, 40, 50],
  })
  expect(withUnknownDays({ times: [], values: [] })).toEqual({ times: [], values: [] })
})

it('knows the values that no line reaches', () => {
  expect(lonelyIn([1, null, 2, null, 3, 4, null])).toEqual([0, 2])
  expect(lonelyIn([5])).toEqual([0])
})
