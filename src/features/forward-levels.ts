import { knownAt, type Measure } from './measures.ts'
import { medianInPlace } from './median.ts'
import { staleAfterDays } from './window.ts'

const referenceDays = 3

/** The median of the known values on the days t - 2 to t; NaN unless it is above 0. */
export function referenceAt(measure: Measure, index: number): number {
  const values = new Float64Array(referenceDays)
  let count = 0
  for (let i = index - referenceDays + 1; i <= index; i++) {
    const value = knownAt(measure, i)
    if (!Number.isNaN(value)) values[count++] = value
  }
  const reference = medianInPlace(values, count)
  return reference > 0 ? reference : NaN
}

/**
 * The levels of the `horizonDays` days after `index` (t) as multiples of `reference`; element k is day t + 1 + k, NaN where
 * there is no value. A series without a value on the last 4 of these days has stopped and keeps its last value; from
 * `deadFromIndex` on it is 0. What is missing before the last value is a gap, also of the dead: their tokens may trade on.
 */
export function levelsAfter(
  measure: Measure,
  index: number,
  reference: number,
  horizonDays: number,
  deadFromIndex = Infinity,
): Float64Array {
  const end = index + horizonDays
  let last = end
  while (last > index - referenceDays && Number.isNaN(knownAt(measure, last))) last--
  const stopped = end - last > staleAfterDays

  const levels = new Float64Array(horizonDays)
  for (let k = 0; k < horizonDays; k++) {
    const i = index + 1 + k
    const value = stopped && i > last ? knownAt(measure, last) : knownAt(measure, i)
    const gone = i >= deadFromIndex && i > last
    levels[k] = gone ? 0 : value / reference
  }
  return levels
}
