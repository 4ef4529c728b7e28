import type { StoredVector } from '../src/db/feature-vectors.ts'
import { dayNumber, utcDate } from '../src/domain/calendar.ts'
import { movementKinds, movementParts, type Movements } from '../src/features/movement-kinds.ts'
import type { FeatureVector } from '../src/features/series.ts'

/** In the order in which they are stored. */
const movementFields = ['evidence', 'value', 'usual', 'spanDays'] as const

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
    movements: movementFields.flatMap((field) => nullForUnknown(movements[field])),
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
  const parts = movementParts.length
  if (movements?.length !== 3 * parts + movementKinds.length) return null
  const values = Float64Array.from(movements, (value) => value ?? NaN)
  return {
    evidence: values.subarray(0, parts),
    value: values.subarray(parts, 2 * parts),
    usual: values.subarray(2 * parts, 3 * parts),
    spanDays: values.subarray(3 * parts),
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
