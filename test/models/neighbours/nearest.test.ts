import { describe, expect, it } from 'vitest'
import { fromRows, type Matrix, matrix, row } from '../../../models/matrix.ts'
import { buildKdTree } from '../../../models/neighbours/kd-tree.ts'
import { kneeIndex } from '../../../models/neighbours/knee.ts'
import { nearestOfEach, nearestTo } from '../../../models/neighbours/nearest.ts'
import { createRandom } from '../../../models/random.ts'

function cloud(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed)
  return matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, (_, at) => random.normal() * (1 + (at % columns))),
  )
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0))
}

function sortedDistances(x: Matrix, point: Float64Array, without = -1): number[] {
  return Array.from({ length: x.rows }, (_, j) => j)
    .filter((j) => j !== without)
    .map((j) => distance(row(x, j), point))
    .sort((a, b) => a - b)
}

describe('the nearest neighbours', () => {
  it.each([
    [300, 2],
    [257, 15],
    [40, 30],
    [1, 3],
  ])('of %i points in %i dimensions are those of an exhaustive search', (rows, columns) => {
    const x = cloud(rows, columns, rows)
    const queries = cloud(20, columns, 9)
    const k = Math.min(7, rows)
    const found = nearestTo(buildKdTree(x), queries, k)
    for (let i = 0; i < queries.rows; i++) {
      const expected = sortedDistances(x, row(queries, i)).slice(0, k)
      for (let q = 0; q < k; q++) {
        expect(found.distances[i * k + q]).toBeCloseTo(expected[q]!, 10)
        const neighbour = row(x, found.indices[i * k + q]!)
        expect(distance(neighbour, row(queries, i))).toBeCloseTo(expected[q]!, 10)
      }
    }
  })

  it('of each point leave the point itself out, but not its duplicates', () => {
    const x = fromRows([[0], [0], [1], [5]])
    const { indices, distances } = nearestOfEach(buildKdTree(x), 2)
    expect(Array.from(distances)).toEqual([0, 1, 0, 1, 1, 1, 4, 5])
    expect([indices[0], indices[2]]).toEqual([1, 0])
  })

  it('are filled up with −1 and infinity when there are too few', () => {
    const { indices, distances } = nearestTo(buildKdTree(fromRows([[1], [2]])), fromRows([[0]]), 3)
    expect(Array.from(indices)).toEqual([0, 1, -1])
    expect(Array.from(distances)).toEqual([1, 2, Infinity])
  })

  it('need no memory for pairs at 50,000 points', () => {
    const x = cloud(50_000, 3, 1)
    const before = process.memoryUsage().arrayBuffers
    const { distances } = nearestOfEach(buildKdTree(x), 5)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6)
    expect(distances.every((value) => value > 0 && value < Infinity)).toBe(true)
  })
})

describe('the knee of a curve', () => {
  it('is where it turns steep', () => {
    expect(kneeIndex(Float64Array.of(1, 1.1, 1.2, 1.3, 1.4, 4, 9))).toBe(4)
  })

  it('is the last point of a flat curve', () => {
    expect(kneeIndex(Float64Array.of(2, 2, 2))).toBe(2)
  })
})
