import type { TrainingSet } from '../classifiers/classifier.ts'
import { ModelInputError } from '../errors.ts'
import { rowsByValue } from '../metrics/groups.ts'
import { matrix, row as rowOf, type Matrix } from '../matrix.ts'
import { createRandom, shuffle, type Random } from '../random.ts'
import { fitPreparation, prepare } from './preparation.ts'

export interface SmoteOptions {
  readonly seed: number
  /** Nearest neighbours of the same class that a new row is drawn towards. */
  readonly neighbours?: number
  /** New rows are drawn among at most this many rows of a class, picked at random, so that time grows linearly. */
  readonly searchedRows?: number
}

/**
 * Fills every smaller class up to the largest with rows between a row and one of its nearest neighbours of the same
 * class (SMOTE, Chawla et al. 2002); the given rows come first, unchanged. Distances are taken between standardised
 * columns, so that dollars do not drown ratios. A category is the most frequent one among the neighbours (SMOTE-NC), and
 * differs by the weight of one standardised unit. A value that is missing in the row or its neighbour is the row's own.
 * A class of one row has no neighbour and stays as it is. New rows have the mean weight of their class.
 */
export function smote(data: TrainingSet, options: SmoteOptions): TrainingSet {
  const { seed, neighbours = 5, searchedRows = 2000 } = options
  if (!Number.isInteger(neighbours) || neighbours < 1)
    throw new ModelInputError(`Expected neighbours to be 1 or more, got ${neighbours}`)
  const classes = [...rowsByValue(data.y)].sort(([a], [b]) => a - b)
  const largest = Math.max(...classes.map(([, rows]) => rows.length))
  const growing = classes.filter(([, rows]) => rows.length > 1 && rows.length < largest)
  const added = growing.reduce((sum, [, rows]) => sum + largest - rows.length, 0)
  if (added === 0) return data

  const grown = roomFor(data, added)
  const space = prepare(fitPreparation(data.x, data.features), data.x)
  let next = data.x.rows
  for (const [label, rows] of growing) {
    const random = createRandom(seed).fork(label)
    const pool = shuffle(Int32Array.from(rows), random).subarray(0, searchedRows)
    const neighboursOf = nearestWithin(space, pool, Math.min(neighbours, pool.length - 1))
    const weight = meanWeight(data, rows)
    for (let made = rows.length; made < largest; made++, next++) {
      const base = pool[random.below(pool.length)]!
      drawBetween(data, base, neighboursOf(base), rowOf(grown.x, next), random)
      grown.y[next] = label
      if (grown.weights) grown.weights[next] = weight
    }
  }
  return grown
}

function roomFor(data: TrainingSet, added: number): TrainingSet {
  const { x, y, weights } = data
  const grownX = matrix(x.rows + added, x.columns)
  grownX.data.set(x.data)
  const grownY = new Int32Array(x.rows + added)
  grownY.set(y)
  if (!weights) return { ...data, x: grownX, y: grownY }
  const grownWeights = new Float64Array(x.rows + added)
  grownWeights.set(weights)
  return { ...data, x: grownX, y: grownY, weights: grownWeights }
}

function meanWeight({ weights }: TrainingSet, rows: readonly number[]): number {
  if (!weights) return 1
  return rows.reduce((sum, row) => sum + weights[row]!, 0) / rows.length
}

/** The `count` rows of `pool` nearest to one of its rows, by Euclidean distance; found once per row. */
function nearestWithin(space: Matrix, pool: Int32Array, count: number): (row: number) => Int32Array {
  const found = new Map<number, Int32Array>()
  return (row) => {
    const known = found.get(row)
    if (known) return known
    const nearest = new Int32Array(count)
    const distances = new Float64Array(count).fill(Infinity)
    for (const other of pool) {
      if (other === row) continue
      const distance = squaredDistance(space, row, other, distances[count - 1]!)
      if (distance >= distances[count - 1]!) continue
      let place = count - 1
      for (; place > 0 && distances[place - 1]! > distance; place--) {
        distances[place] = distances[place - 1]!
        nearest[place] = nearest[place - 1]!
      }
      distances[place] = distance
      nearest[place] = other
    }
    found.set(row, nearest)
    return nearest
  }
}

/** Stops early once the sum passes `limit`. */
function squaredDistance({ data, columns }: Matrix, a: number, b: number, limit: number): number {
  let sum = 0
  for (let j = 0; j < columns && sum < limit; j++)
    sum += (data[a * columns + j]! - data[b * columns + j]!) ** 2
  return sum
}

function drawBetween(
  { x, features }: TrainingSet,
  base: number,
  nearest: Int32Array,
  out: Float64Array,
  random: Random,
): void {
  const from = rowOf(x, base)
  const towards = rowOf(x, nearest[random.below(nearest.length)]!)
  const part = random.next()
  features.forEach(({ kind }, j) => {
    if (kind === 'categorical') out[j] = mostFrequent(x, nearest, j)
    else out[j] = Number.isNaN(towards[j]!) ? from[j]! : from[j]! + part * (towards[j]! - from[j]!)
  })
}

/** The nearer row's category wins a tie. */
function mostFrequent(x: Matrix, rows: Int32Array, column: number): number {
  let best = NaN
  let bestCount = 0
  for (const row of rows) {
    const value = x.data[row * x.columns + column]!
    let count = 0
    for (const other of rows) if (x.data[other * x.columns + column] === value) count++
    if (count > bestCount) {
      best = value
      bestCount = count
    }
  }
  return best
}

/** Weights that give every class the same total, for models that are not fed with SMOTE; their mean is 1. */
export function balancedWeights(y: Int32Array): Float64Array {
  const counts = rowsByValue(y)
  return Float64Array.from(y, (label) => y.length / (counts.size * counts.get(label)!.length))
}
