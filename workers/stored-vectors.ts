import type { StoredVector } from '../src/db/feature-vectors.ts'
import { dayNumber, utcDate } from '../src/domain/calendar.ts'
import { movementKinds, type Movements } from '../src/features/movements.ts'
import type { FeatureVector } from '../src/features/series.ts'

/** A vector as it is stored, with the one of the day before and the protocol's movements. Unknown numbers are null in the database and NaN in memory. */
export function toStoredVector(
  vector: FeatureVector,
  dayBefore: FeatureVector | null,
  movements: Movements,
  flags: readonly string[],
): StoredVector {
  return {
    protocolId: vector.protocolId,
    numericValues: nullForUnknown(vector.numeric),
    dayBeforeValues: dayBefore && nullForUnknown(dayBefore.numeric),
    movements: [...nullForUnknown(movements.strength), ...nullForUnknown(movements.usual)],
    protocolCategory: vector.protocolCategory,
    protocolChain: vector.protocolChain,
    points: vector.points,
    isStale: vector.stale,
    flags,
  }
}

export function fromStoredVector(stored: StoredVector, asOf: Date): FeatureVector {
  return vectorOf(stored, stored.numericValues, dayNumber(utcDate(asOf)))
}

export function dayBeforeOf(stored: StoredVector, asOf: Date): FeatureVector | null {
  const { dayBeforeValues } = stored
  return dayBeforeValues && vectorOf(stored, dayBeforeValues, dayNumber(utcDate(asOf)) - 1)
}

export function movementsOf({ movements }: StoredVector): Movements | null {
  if (movements?.length !== 2 * movementKinds.length) return null
  const values = Float64Array.from(movements, (value) => value ?? NaN)
  return {
    strength: values.subarray(0, movementKinds.length),
    usual: values.subarray(movementKinds.length),
  }
}

function vectorOf(stored: StoredVector, values: readonly (number | null)[], asOfDay: number): FeatureVector {
  return {
    protocolId: stored.protocolId,
    asOfDay,
    numeric: Float64Array.from(values, (value) => value ?? NaN),
    protocolCategory: stored.protocolCategory,
    protocolChain: stored.protocolChain,
    points: stored.points,
    stale: stored.isStale,
  }
}

const nullForUnknown = (values: Float64Array): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : value))
