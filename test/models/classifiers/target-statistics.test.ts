import { describe, expect, it } from 'vitest'

import type { TrainingSet } from '../../../models/classifiers/classifier.ts'
import { orderedStatistic, targetStatistics } from '../../../models/classifiers/target-statistics.ts'
import { fromRows } from '../../../models/matrix.ts'
import { createRandom } from '../../../models/random.ts'

/** Rows a … f: categories A A B A B missing, classes 1 0 1 1 0 1; so the share of class 1 is 4 / 6. */
const data: TrainingSet = {
  x: fromRows([[0], [0], [1], [0], [1], [NaN]]),
  y: Int32Array.of(1, 0, 1, 1, 0, 1),
  classes: 2,
  features: [{ name: 'group', kind: 'categorical' }],
}
const prior = 4 / 6

describe('ordered target statistics', () => {
  it('counts only the rows before it in the permutation, as worked by hand', () => {
    // Order d, a, e, b, c, f. d: A, nothing before. a: A, d (1) before. e: B, nothing. b: A, d (1) and a (1). c: B, e (0). f: missing, nothing.
    const statistic = orderedStatistic(data, 0, 1, Int32Array.of(3, 0, 4, 1, 2, 5))
    expect([...statistic]).toEqual([(1 + prior) / 2, (2 + prior) / 3, (0 + prior) / 2, prior, prior, prior])
  })

  it('never lets a row see its own label', () => {
    const order = Int32Array.of(3, 0, 4, 1, 2, 5)
    for (const row of order) {
      const flipped = Int32Array.from(data.y, (label, i) => (i === row ? 1 - label : label))
      // Flipping two labels in opposite ways keeps the prior, so only the row's own label is at stake.
      const other = order.findLast((i) => i !== row && data.y[i] !== data.y[row])!
      flipped[other] = 1 - flipped[other]!
      const before = orderedStatistic(data, 0, 1, order)[row]!
      const after = orderedStatistic({ ...data, y: flipped }, 0, 1, order)[row]!
      const otherIsSeen = order.indexOf(other) < order.indexOf(row) && data.x.data[other] === data.x.data[row]
      if (!otherIsSeen) expect(after).toBeCloseTo(before, 12)
    }
  })

  it('turns a cut into the set of categories below it, by the statistics over all rows', () => {
    // Over all rows: A (2 + 4/6) / 4 = 0.667, B (1 + 4/6) / 3 = 0.556, missing (1 + 4/6) / 2 = 0.833.
    const { permutations, describe: toRaw } = targetStatistics(data, 255, 4, createRandom(1))
    expect(permutations).toHaveLength(4)
    const binAt = (value: number): number => Math.floor(value * 16)
    const cutAt = (bin: number) =>
      toRaw({ feature: 0, lastLeftBin: bin, categories: null, missingLeft: null })
    expect(cutAt(binAt(0.6))).toMatchObject({
      feature: 0,
      categories: Uint32Array.of(0b10),
      missingLeft: false,
    })
    expect(cutAt(binAt(0.7))).toMatchObject({ categories: Uint32Array.of(0b11), missingLeft: false })
    expect(cutAt(binAt(0.84))).toMatchObject({ categories: Uint32Array.of(0b11), missingLeft: true })
  })
})
