import { describe, expect, it } from 'vitest'
import { ModelInputError } from '../../../models/errors.ts'
import { fromRows } from '../../../models/matrix.ts'
import { silhouette } from '../../../models/selection/silhouette.ts'

describe('silhouette', () => {
  const x = fromRows([[0], [1], [10], [11]])

  it('is near 1 for tight clusters far apart, and below 0 for a wrong split', () => {
    // a = 1 within; b = 10.5 and 9.5 to the other cluster.
    expect(silhouette(x, [0, 0, 5, 5])).toBeCloseTo((2 * (9.5 / 10.5) + 2 * (8.5 / 9.5)) / 4, 12)
    expect(silhouette(x, [0, 1, 0, 1])).toBeLessThan(0)
  })

  it('counts a row alone in its cluster as 0', () => {
    expect(silhouette(fromRows([[0], [0], [4]]), [1, 1, -1])).toBeCloseTo(2 / 3, 12)
  })

  it('is undefined with fewer than two labels or as many as rows', () => {
    expect(silhouette(x, [3, 3, 3, 3])).toBeNaN()
    expect(silhouette(x, [1, 2, 3, 4])).toBeNaN()
  })

  it('is 0 where all rows are equal', () => {
    expect(silhouette(fromRows([[1], [1], [1]]), [0, 0, 1])).toBe(0)
  })

  it('refuses labels that do not fit the rows', () => {
    expect(() => silhouette(x, [0, 1])).toThrow(ModelInputError)
  })
})
