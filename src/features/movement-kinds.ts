import type { TrackedMeasure } from './movement-tracks.ts'

/** One way to leave the path: the measures that tell of it, and the days that it may take. */
interface MovementKind {
  readonly name: 'sudden-fall' | 'run' | 'bleed' | 'volume-surge'
  readonly measures: readonly TrackedMeasure[]
  readonly spans: readonly number[]
}

/**
 * What a scan follows besides the features. A sudden fall of TVL or price, answered by the others, has held since its day;
 * a surge of volume has lasted for two or three days, so that a single busy day is none.
 */
export const movementKinds: readonly MovementKind[] = [
  { name: 'sudden-fall', measures: ['tvl', 'price', 'volume'], spans: [1, 2, 3, 4] },
  { name: 'run', measures: ['tvl'], spans: [2, 3, 4, 5, 7] },
  { name: 'bleed', measures: ['tvl'], spans: [10, 14, 21, 28] },
  { name: 'volume-surge', measures: ['volume'], spans: [2, 3] },
]

/** What one measure says of one kind; `Movements` keeps a number for each. */
export const movementParts = movementKinds.flatMap(({ measures }, kind) =>
  measures.map((measure) => ({ kind, measure })),
)

/** How a protocol moved away from the market up to one day; NaN = unknown. */
export interface Movements {
  /** By part: how much more likely the days are with the movement than without, in nats. */
  readonly evidence: Float64Array
  /** By part: the movement, and one usual movement (a standard deviation), as natural logarithms. */
  readonly value: Float64Array
  readonly usual: Float64Array
  /** By kind: the newest days that it took, this one included. */
  readonly spanDays: Float64Array
}

/** The evidence of one kind, all its parts together; NaN = unknown. */
export function evidenceOf(movements: Movements | undefined, kind: number): number {
  if (movements === undefined) return NaN
  const known = movements.evidence.filter(
    (nats, part) => movementParts[part]!.kind === kind && !Number.isNaN(nats),
  )
  return known.length === 0 ? NaN : known.reduce((sum, nats) => sum + nats, 0)
}

const suddenVolume = movementParts.findIndex(({ measure }) => measure === 'volume')

/** How far volume rose beyond what was expected since the newest sudden fall, in usual movements; NaN = unknown. */
export function volumeStrengthOf(movements: Movements | undefined): number {
  return movements === undefined ? NaN : movements.value[suddenVolume]! / movements.usual[suddenVolume]!
}
