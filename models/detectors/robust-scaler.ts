import { type Matrix, matrix } from '../matrix.ts'
import { quantileOfSorted } from '../metrics/probability.ts'
import { type PackedNumbers, packFloats, unpackFloats } from './packed-array.ts'

/**
 * `none` only fills gaps; `robust` is (x − median) / IQR, as scikit-learn's RobustScaler; `squashed` is asinh of that,
 * which keeps the order and tames the tails that money has.
 */
export const scalings = ['robust', 'squashed', 'none'] as const
export type Scaling = (typeof scalings)[number]

/** Beyond these a value says no more than "huge"; squares and sums stay finite. */
const rawLimit = 1e100
const scaledLimit = 1e9

export interface RobustScaler {
  /** A copy without NaN: a missing value takes the training median, an infinite one the limit. */
  transform(x: Matrix): Matrix
  toJSON(): RobustScalerState
}

export interface RobustScalerState {
  readonly scaling: Scaling
  readonly centre: PackedNumbers
  readonly spread: PackedNumbers
}

export function fitRobustScaler(x: Matrix, scaling: Scaling): RobustScaler {
  const centre = new Float64Array(x.columns)
  const spread = new Float64Array(x.columns).fill(1)
  for (let k = 0; k < x.columns; k++) {
    const known = knownValues(x, k)
    if (known.length === 0) continue
    centre[k] = quantileOfSorted(known, 0.5)
    spread[k] = spreadOf(known)
  }
  return scalerOf(scaling, centre, spread)
}

export function loadRobustScaler(state: RobustScalerState): RobustScaler {
  return scalerOf(state.scaling, unpackFloats(state.centre), unpackFloats(state.spread))
}

function scalerOf(scaling: Scaling, centre: Float64Array, spread: Float64Array): RobustScaler {
  const prepare = (value: number, k: number): number => {
    const known = Number.isNaN(value) ? centre[k]! : value
    if (scaling === 'none') return clamp(known, rawLimit)
    const z = clamp((known - centre[k]!) / spread[k]!, scaledLimit)
    return scaling === 'squashed' ? Math.asinh(z) : z
  }
  return {
    transform(x) {
      const out = matrix(x.rows, x.columns)
      for (let i = 0, at = 0; i < x.rows; i++)
        for (let k = 0; k < x.columns; k++, at++) out.data[at] = prepare(x.data[at]!, k)
      return out
    },
    toJSON: () => ({ scaling, centre: packFloats(centre), spread: packFloats(spread) }),
  }
}

function knownValues(x: Matrix, column: number): Float64Array {
  const values = new Float64Array(x.rows)
  let count = 0
  for (let i = 0; i < x.rows; i++) {
    const value = x.data[i * x.columns + column]!
    if (!Number.isNaN(value)) values[count++] = clamp(value, rawLimit)
  }
  return values.subarray(0, count).sort()
}

/** The interquartile range; where half the values are equal, the standard deviation; where all are, 1. */
function spreadOf(sorted: Float64Array): number {
  const range = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)
  if (range > 0) return range
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0)
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2 / sorted.length, 0)
  return variance > 0 ? Math.sqrt(variance) : 1
}

function clamp(value: number, bound: number): number {
  return Math.min(Math.max(value, -bound), bound)
}
