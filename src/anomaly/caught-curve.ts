import type { CaughtPoint } from '../alerts/expected-precision.ts'

/** Rarities from one in ten to one in a hundred thousand, four per decade. */
const rarities = Array.from({ length: 17 }, (_, i) => 10 ** -(1 + i / 4))

/** @param injected rarities of injected anomalies, at least one */
export function caughtCurve(injected: Float64Array): CaughtPoint[] {
  return rarities.map((rarity) => ({
    score: 1 - rarity,
    caught: injected.filter((own) => own <= rarity).length / Math.max(injected.length, 1),
  }))
}
