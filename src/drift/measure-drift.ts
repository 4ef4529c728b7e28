import { chanceIndex, countInBins, stabilityIndex } from '../../models/metrics/stability.ts'
import { numericFeatureNames } from '../domain/feature-names.ts'
import type { DayOfRows, DriftReference, Reference } from './drift-reference.ts'

/** How far a feature, or the scores, have moved since the training. */
export interface Drift {
  readonly name: string
  /** Population stability index, >= 0. */
  readonly psi: number
  /** From here on it has drifted. */
  readonly limit: number
}

/** What is called a large change everywhere. */
const conventionalLimit = 0.25

/**
 * The drift of every quantity that the reference knows. A market moves as one: on many days of the training window itself a
 * feature lies apart from the window as a whole. So a feature has drifted only when its index is large by convention, beyond
 * what such a day shows, and beyond what chance gives to so few rows.
 * @param rows of today
 * @param scores of today, where the reference has any
 */
export function measureDrift(reference: DriftReference, rows: DayOfRows, scores: Float64Array): Drift[] {
  return reference.map((known) => {
    const column = (numericFeatureNames as readonly string[]).indexOf(known.name)
    const values = column < 0 ? scores : Float64Array.from(rows, (row) => row[column]!)
    return driftOf(known, values)
  })
}

function driftOf(known: Reference, values: Float64Array): Drift {
  const counts = countInBins(values, known.edges)
  const filled = counts.filter((count, k) => count + known.counts[k]! > 0).length
  const trained = known.counts.reduce((sum, count) => sum + count, 0)
  return {
    name: known.name,
    psi: values.length === 0 ? 0 : stabilityIndex(known.counts, counts),
    limit: Math.max(conventionalLimit, known.usual, chanceIndex(filled, trained, Math.max(1, values.length))),
  }
}

export const hasDrifted = ({ psi, limit }: Drift): boolean => psi > limit
