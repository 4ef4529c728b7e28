import { ModelInputError } from '../errors.ts'

/** Rows sorted once by score, the highest first, to be judged under any weighting of the rows without sorting again. */
export interface Ordering {
  /** Row numbers. */
  readonly row: Int32Array
  /** Per place, 1 where the row is positive. */
  readonly positive: Uint8Array
  /** Per place, 1 where the next row has another score: rows of equal score are one step. */
  readonly endsStep: Uint8Array
}

/** What an order is worth; a figure that is undefined because one class is absent is NaN. */
export interface OrderFigures {
  /** Σ (recall step) × precision over the thresholds, without interpolation: scikit-learn's `average_precision_score`. */
  readonly averagePrecision: number
  /** The share of all positives among the top rows; of rows that tie at the border, the part that fits counts. */
  readonly recallAtTop: number
  /** Pairs of a positive and a negative, and how many of them are in the right order; ties count one half. */
  readonly pairs: number
  readonly concordant: number
}

/** @param positive 1 or 0 per row @param rows the rows to order; all by default */
export function orderRows(
  positive: ArrayLike<number>,
  score: ArrayLike<number>,
  rows?: ArrayLike<number>,
): Ordering {
  if (positive.length !== score.length)
    throw new ModelInputError(`Expected ${positive.length} scores, got ${score.length}`)
  const row = (rows ? Int32Array.from(rows) : Int32Array.from(score, (_, i) => i)).sort(
    (a, b) => score[b]! - score[a]!,
  )
  return {
    row,
    positive: Uint8Array.from(row, (i) => (positive[i] === 1 ? 1 : 0)),
    endsStep: Uint8Array.from(row, (i, place) => (score[i] === score[row[place + 1] ?? -1] ? 0 : 1)),
  }
}

/**
 * @param weights per row, how often it counts; 0 leaves it out
 * @param topFraction the part of the weight at the top that `recallAtTop` looks at
 */
export function judgeOrder(
  { row, positive, endsStep }: Ordering,
  weights: Float64Array,
  topFraction: number,
): OrderFigures {
  let total = 0
  let positives = 0
  for (let place = 0; place < row.length; place++) {
    const weight = weights[row[place]!]!
    total += weight
    if (positive[place] === 1) positives += weight
  }
  const wanted = topFraction * total
  let recalled = NaN
  let precisions = 0
  let concordant = 0
  let taken = 0
  let hits = 0
  let takenBefore = 0
  let hitsBefore = 0
  for (let place = 0; place < row.length; place++) {
    const weight = weights[row[place]!]!
    taken += weight
    if (positive[place] === 1) hits += weight
    if (endsStep[place] === 0 || taken === takenBefore) continue
    const found = hits - hitsBefore
    precisions += (found * hits) / taken
    concordant += ((taken - takenBefore - found) * (hits + hitsBefore)) / 2
    if (taken >= wanted && takenBefore < wanted)
      recalled = hitsBefore + ((wanted - takenBefore) / (taken - takenBefore)) * found
    takenBefore = taken
    hitsBefore = hits
  }
  return {
    averagePrecision: precisions / positives,
    recallAtTop: recalled / positives,
    pairs: positives * (total - positives),
    concordant,
  }
}
