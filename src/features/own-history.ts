import type { Matrix } from '../../models/matrix.ts'
import { medianInPlace } from './median.ts'

/** Fewer known past values of a feature give no score. */
const minimumPast = 10
/** Scores are cut here: beyond it a detector learns nothing more, and a history without spread gives no infinity. */
export const largestOwnHistoryScore = 20

/** Both make the scale of a normal variable its standard deviation. */
const perMedianDeviation = 1.4826
const perMeanDeviation = 1.2533

/**
 * How unusual each feature of a vector is for this protocol: robust z-scores against its own past, so that a protocol
 * that is always odd is no news.
 *
 * The scale is 1.4826 times the median absolute deviation, and where more than half of the past is equal 1.2533 times the
 * mean absolute deviation (Iglewicz and Hoaglin, 1993). Against a past without any spread, the same value scores 0 and
 * every other one the largest score.
 *
 * @param current the 15 numbers of the vector to judge
 * @param past `n × 15`, the earlier vectors in ascending time, `current` not among them: usually its last 90 days
 * @returns 15 numbers in [-20, 20]; NaN where the value is unknown, or the past holds fewer than 10 known ones
 * @throws RangeError when `current` has not the width of `past`
 */
export function ownHistoryScores(current: Float64Array, past: Matrix): Float64Array {
  if (current.length !== past.columns)
    throw new RangeError(`Expected a vector of ${past.columns} numbers like its past, got ${current.length}`)

  const scratch = new Float64Array(past.rows)
  return current.map((value, column) => scoreOf(value, past, column, scratch))
}

function scoreOf(value: number, past: Matrix, column: number, scratch: Float64Array): number {
  let count = 0
  for (let i = column; i < past.data.length; i += past.columns) {
    const earlier = past.data[i]!
    if (!Number.isNaN(earlier)) scratch[count++] = earlier
  }
  if (Number.isNaN(value) || count < minimumPast) return NaN

  const centre = medianInPlace(scratch, count)
  if (value === centre) return 0
  const score = (value - centre) / scaleAround(centre, scratch, count)
  return Math.max(-largestOwnHistoryScore, Math.min(largestOwnHistoryScore, score))
}

/** Overwrites the first `count` values by their distances from `centre`. */
function scaleAround(centre: number, values: Float64Array, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) {
    values[i] = Math.abs(values[i]! - centre)
    sum += values[i]!
  }
  return perMedianDeviation * medianInPlace(values, count) || (perMeanDeviation * sum) / count
}
