import { describe, expect, it } from 'vitest'

import { drawClasses } from '../../../bench/drawn-data.ts'
import { createRandom } from '../../../models/random.ts'
import { goss } from '../../../models/classifiers/row-sampling.ts'
import { fromRows } from '../../../models/matrix.ts'
import { binMatrix, chooseBins } from '../../../models/trees/binning.ts'
import { GradientTreeGrower, type GradientTreeOptions } from '../../../models/trees/gradient-tree.ts'
import { depthWise } from '../../../models/trees/growth/depth-wise.ts'
import { leafWise } from '../../../models/trees/growth/leaf-wise.ts'
import { ObliviousTreeGrower } from '../../../models/trees/growth/oblivious.ts'
import { hessianOf, PackedGradients } from '../../../models/trees/packed-gradients.ts'
import type { TreeDraft } from '../../../models/trees/tree-draft.ts'

const options: GradientTreeOptions = {
  limits: { lambda: 0, alpha: 0, minHessian: 0, minRows: 1, minGain: 0 },
  categorical: { maxOneHot: 4, maxLeft: 32, smooth: 0, lambda: 0, minRowsPerGroup: 1 },
  maxDepth: 0,
  maxLeaves: 0,
  thresholdsBetween: false,
  pruneBelow: 0,
}

/*
 * One column, values 0 … 7, hessian 1 each, gradients chosen by hand:
 *   value     0    1    2    3 |   4    5    6    7
 *   gradient  1    1    2    2 | -16   -8   -2   -2
 * Worked: score of a node = (Σg)² / n. Root: (−22)²/8 = 60.5. Cut after 3: 6²/4 + (−28)²/4 = 9 + 196 = 205, gain 144.5;
 * after 5: (−18)²/6 + (−4)²/2 = 54 + 8 = 62, gain 1.5; after 4: (−10)²/5 + (−12)²/3 = 20 + 48 = 68; so 3 it is.
 * Left {1,1,2,2}: 9; cut in the middle: 2 + 8 = 10, gain 1. Right {−16,−8,−2,−2}: 196; cut after the first: 256 + 48 = 304, gain 108;
 * after the second: 288 + 8 = 296. Then {−8,−2,−2}: 48; after the first: 64 + 8 = 72, gain 24: more than the left side's 1.
 */
const x = fromRows([0, 1, 2, 3, 4, 5, 6, 7].map((value) => [value]))
const gradient = [1, 1, 2, 2, -16, -8, -2, -2]
const interleaved = Float64Array.from(gradient.flatMap((g) => [g, 1]))

function grow(frontier: 'depth' | 'leaf', maxLeaves: number, maxDepth = 0): TreeDraft {
  const binned = binMatrix(x, chooseBins(x, [false], 255))
  const grower = new GradientTreeGrower(
    binned,
    { ...options, maxLeaves, maxDepth },
    frontier === 'depth' ? depthWise() : leafWise(),
  )
  return grower.grow(interleaved, Int32Array.from(gradient.keys()), 8, Int32Array.of(0))
}

/** Thresholds of the splits, in the order in which they were made. */
function splitsInOrder(draft: TreeDraft): { threshold: number; gain: number }[] {
  return [...draft.feature.subarray(0, draft.size).keys()]
    .filter((node) => !draft.isLeaf(node))
    .sort((a, b) => draft.left[a]! - draft.left[b]!)
    .map((node) => ({ threshold: draft.threshold[node]!, gain: draft.gain[node]! }))
}

describe('growth worked by hand', () => {
  it('splits the leaf of greatest gain first when it grows leaf-wise', () => {
    expect(splitsInOrder(grow('leaf', 4))).toEqual([
      { threshold: 3.5, gain: 144.5 },
      { threshold: 4.5, gain: 108 },
      { threshold: 5.5, gain: 24 },
    ])
  })

  it('splits level after level when it grows depth-wise', () => {
    expect(splitsInOrder(grow('depth', 4))).toEqual([
      { threshold: 3.5, gain: 144.5 },
      { threshold: 1.5, gain: 1 },
      { threshold: 4.5, gain: 108 },
    ])
  })

  it('gives each leaf minus its gradient sum over its hessian sum', () => {
    const draft = grow('depth', 0, 1)
    expect([...draft.value.subarray(1, 3)]).toEqual([-6 / 4, 28 / 4])
  })

  it('shares one split per level when it grows oblivious trees', () => {
    // L2 score of both leaves of the second level together, cut by cut: after 1: 2 + 8 + 196 = 206; after 4: 9 + 256 + 48 = 313;
    // after 5: 9 + 288 + 8 = 305; so the whole level is cut after 4, and the left leaf keeps all its rows on one side.
    const binned = binMatrix(x, chooseBins(x, [false], 255))
    const grower = new ObliviousTreeGrower(binned, new Float64Array(8).fill(1), 1, {
      depth: 2,
      lambda: 0,
      scoreFunction: 'L2',
    })
    const draft = grower.grow(
      binned,
      [interleaved],
      Int32Array.from(gradient.keys()),
      8,
      Int32Array.of(0),
      (split) => ({ ...split, threshold: binned.edge[split.lastLeftBin]!, missingLeft: false }),
    )
    expect([...draft.threshold.subarray(0, 3)]).toEqual([3.5, 4.5, 4.5])
    expect(draft.size).toBe(7)
    expect([3, 4, 5, 6].map((node) => draft.rowEnd[node]! - draft.rowStart[node]!)).toEqual([4, 0, 1, 3])
    expect([...draft.value.subarray(3, 7)]).toEqual([-6 / 4, 0, 16, 4])
  })

  it('grows three different trees by the three policies', () => {
    const thresholds = [grow('leaf', 4), grow('depth', 4)].map((draft) =>
      splitsInOrder(draft)
        .map(({ threshold }) => threshold)
        .join(' '),
    )
    expect(new Set([...thresholds, '3.5 4.5 4.5']).size).toBe(3)
  })
})

describe('packed gradients', () => {
  const draw = createRandom(5)
  const pairs = Float64Array.from({ length: 2 * 40_000 }, (_, i) =>
    i % 2 === 0 ? draw.next() - 0.5 : 1e-3 + draw.next(),
  )

  it.each([1, 300, 40_000])('hold both sums of %i rows to a hundred-thousandth', (count) => {
    const rows = Int32Array.from({ length: count }, (_, i) => i)
    const packed = new PackedGradients(count)
    const sum = packed.pack(pairs, rows, count)
    const total = (field: number): number => rows.reduce((all, row) => all + pairs[row * 2 + field]!, 0)
    expect(Math.abs(hessianOf(sum) * packed.hessianUnit - total(1))).toBeLessThan(1e-5 * count)
    expect(Math.abs((sum - hessianOf(sum)) * packed.gradientUnit - total(0))).toBeLessThan(1e-5 * count)
  })

  it('leave a true zero when everything is taken off again, in any order', () => {
    const rows = Int32Array.from({ length: 40_000 }, (_, i) => i)
    const packed = new PackedGradients(40_000)
    const sum = packed.pack(pairs, rows, 40_000)
    expect(packed.values.toReversed().reduce((left, value) => left - value, sum)).toBe(0)
  })

  it('keep tiny gradients of many rows on average', () => {
    const count = 40_000
    const tiny = pairs.map((value, i) => (i % 2 === 0 ? (i === 0 ? 1 : 1e-9) : value))
    const rows = Int32Array.from({ length: count }, (_, i) => i)
    const packed = new PackedGradients(count)
    const sum = packed.pack(tiny, rows, count) - packed.values[0]!
    expect(((sum - hessianOf(sum)) * packed.gradientUnit) / (1e-9 * (count - 1))).toBeCloseTo(1, 1)
  })

  it('refuse more rows than they have room for', () => {
    const rows = 2 ** 23 + 1
    const binned = { ...binMatrix(x, chooseBins(x, [false], 255)), rows }
    expect(() => new GradientTreeGrower(binned, options, depthWise())).toThrow(
      'Expected at most 8388608 rows, got 8388609',
    )
  })
})

describe('rows counted only where they matter', () => {
  it('never leaves fewer rows in a leaf than asked, on few rows and on many', () => {
    for (const rows of [60, 1500]) {
      const data = drawClasses(rows, 5)
      const binned = binMatrix(
        data.x,
        chooseBins(
          data.x,
          data.features.map(() => false),
          64,
        ),
      )
      const limits = { ...options.limits, minRows: 20 }
      const grower = new GradientTreeGrower(binned, { ...options, limits, maxLeaves: 31 }, leafWise())
      // Gradients that make single rows tempting: a few labels stand against certain predictions.
      const gradients = new Float64Array(rows * 2)
      for (let i = 0; i < rows; i++) gradients.set(i % 37 === 0 ? [-0.99, 0.01] : [0.1, 0.1], i * 2)
      const all = Int32Array.from({ length: rows }, (_, i) => i)
      const columns = Int32Array.from({ length: binned.columns }, (_, f) => f)
      const draft = grower.grow(gradients, all, rows, columns)
      const leaves = [...Array(draft.size).keys()].filter((node) => draft.isLeaf(node))
      expect(leaves.length).toBeGreaterThan(1)
      for (const node of leaves)
        expect(draft.rowEnd[node]! - draft.rowStart[node]!).toBeGreaterThanOrEqual(20)
    }
  })
})

describe('gradient-based one-side sampling', () => {
  const rows = 20
  /** |gradient × hessian| grows with the row: the top 20 % are rows 16 to 19. */
  const gradients = [Float64Array.from({ length: rows * 2 }, (_, i) => (i % 2 === 0 ? (i >> 1) + 1 : 1))]
  const rates = { topRate: 0.2, otherRate: 0.1 }

  it('takes all rows for the first 1 / learning rate rounds', () => {
    const sample = goss(rows, rates, 0.5, createRandom(1))
    expect(sample(1, gradients).count).toBe(rows)
    expect(sample(2, gradients).count).toBe(6)
  })

  it('keeps the top rows as they are and multiplies the drawn others by (1 − top) / other', () => {
    const { rows: drawn, count, boosts } = goss(rows, rates, 1, createRandom(1))(1, gradients)
    const taken = [...drawn.subarray(0, count)]
    expect(taken.slice(2)).toEqual([16, 17, 18, 19])
    expect(taken.slice(0, 2).every((row) => row < 16)).toBe(true)
    expect(taken.map((row) => boosts![row])).toEqual([8, 8, 1, 1, 1, 1])
  })

  it('draws the others evenly', () => {
    const sample = goss(rows, rates, 1, createRandom(3))
    const times = new Float64Array(rows)
    for (let round = 1; round <= 4000; round++) {
      const { rows: drawn, count } = sample(round, gradients)
      for (const row of drawn.subarray(0, count)) times[row]!++
    }
    for (let row = 0; row < 16; row++) expect(times[row]! / 4000).toBeCloseTo(2 / 16, 1)
  })
})
