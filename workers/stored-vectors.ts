import type { StoredVector } from '../src/db/feature-vectors.ts'
import { dayNumber, utcDate } from '../src/domain/calendar.ts'
import type { FeatureVector } from '../src/features/series.ts'

/** Unknown numbers are null in the database and NaN in memory. */
export function toStoredVector(vector: FeatureVector, flags: readonly string[]): StoredVector {
  return {
    protocolId: vector.protocolId,
    numericValues: Array.from(vector.numeric, (value) => (Number.isNaN(value) ? null : value)),
    protocolCategory: vector.protocolCategory,
    protocolChain: vector.protocolChain,
    points: vector.points,
    isStale: vector.stale,
    flags,
  }
}

export function fromStoredVector(stored: StoredVector, asOf: Date): FeatureVector {
  return {
    protocolId: stored.protocolId,
    asOfDay: dayNumber(utcDate(asOf)),
    numeric: Float64Array.from(stored.numericValues, (value) => value ?? NaN),
    protocolCategory: stored.protocolCategory,
    protocolChain: stored.protocolChain,
    points: stored.points,
    stale: stored.isStale,
  }
}
