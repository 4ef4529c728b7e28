import type { Matrix } from '../matrix.ts'

/**
 * A matrix whose values are replaced by bins, the only form in which trees are grown. Bins are numbered through all columns:
 * column f owns `offsets[f]` up to `offsets[f + 1]`, ascending by value; its missing values, where it has any, own the last of them.
 * A categorical column has one bin per code.
 */
export interface BinnedMatrix {
  readonly rows: number
  readonly columns: number
  /** Per column the bin of each row. */
  readonly bins: readonly (Uint16Array | Uint32Array)[]
  /** `columns + 1` numbers. */
  readonly offsets: Int32Array
  /** Per column the bin of missing values, or -1. */
  readonly missing: Int32Array
  readonly categorical: readonly boolean[]
  /** Per bin its smallest and its greatest training value, and the exclusive upper edge. */
  readonly lowest: Float64Array
  readonly highest: Float64Array
  readonly edge: Float64Array
}

export interface ColumnBins {
  readonly categorical: boolean
  readonly hasMissing: boolean
  /** Exclusive upper edges of all bins but the last, ascending; for a categorical column simply 1, 2, 3, … */
  readonly cuts: Float64Array
}

/**
 * Columns of at most `maxBins` distinct values are cut midway between all neighbours; others at the values, and at the ranks, that
 * XGBoost's quantile sketch keeps of up to some thousands of rows.
 */
export function chooseBins(x: Matrix, categorical: readonly boolean[], maxBins: number): ColumnBins[] {
  const column = new Float64Array(x.rows)
  return categorical.map((isCategorical, f) => {
    let known = 0
    for (let i = 0; i < x.rows; i++) {
      const value = x.data[i * x.columns + f]!
      if (value === value) column[known++] = value
    }
    const sorted = column.subarray(0, known).sort()
    const cuts = isCategorical ? codeCuts(sorted) : quantileCuts(sorted, maxBins)
    return { categorical: isCategorical, hasMissing: known < x.rows, cuts }
  })
}

function codeCuts(sorted: Float64Array): Float64Array {
  const greatest = sorted.length === 0 ? 0 : sorted[sorted.length - 1]!
  return Float64Array.from({ length: greatest }, (_, code) => code + 1)
}

function quantileCuts(sorted: Float64Array, maxBins: number): Float64Array {
  const n = sorted.length
  const cuts: number[] = []
  const cutAt = (cut: number): void => {
    if (cut > (cuts.at(-1) ?? sorted[0]!)) cuts.push(cut)
  }
  if (countDistinct(sorted, maxBins) <= maxBins)
    for (let i = 1; i < n; i++) cutAt(midpoint(sorted[i - 1]!, sorted[i]!))
  else for (let q = 1; q < maxBins; q++) cutAt(sorted[Math.floor((q * (n - 2)) / maxBins) + 1]!)
  return Float64Array.from(cuts)
}

/** Counts no further than `limit + 1`. */
function countDistinct(sorted: Float64Array, limit: number): number {
  let distinct = sorted.length > 0 ? 1 : 0
  for (let i = 1; i < sorted.length && distinct <= limit; i++) if (sorted[i] !== sorted[i - 1]) distinct++
  return distinct
}

/** A number in (low, high] that splits the two; `low < midpoint` holds even between neighbouring doubles. */
export function midpoint(low: number, high: number): number {
  const middle = low / 2 + high / 2
  return middle > low ? middle : high
}

/** @param x values without infinities; categorical columns hold codes that `columns` knows. */
export function binMatrix(x: Matrix, columns: readonly ColumnBins[]): BinnedMatrix {
  const d = columns.length
  const offsets = new Int32Array(d + 1)
  const missing = new Int32Array(d).fill(-1)
  columns.forEach((column, f) => {
    const end = offsets[f]! + column.cuts.length + 1
    if (column.hasMissing) missing[f] = end
    offsets[f + 1] = end + (column.hasMissing ? 1 : 0)
  })
  const total = offsets[d]!
  const bins = columns.map(() => (total <= 0xffff ? new Uint16Array(x.rows) : new Uint32Array(x.rows)))
  const lowest = new Float64Array(total).fill(Infinity)
  const highest = new Float64Array(total).fill(-Infinity)
  const edge = new Float64Array(total).fill(Infinity)
  columns.forEach(({ cuts }, f) => {
    const offset = offsets[f]!
    const own = bins[f]!
    edge.set(cuts, offset)
    for (let i = 0; i < x.rows; i++) {
      const value = x.data[i * d + f]!
      const bin = value === value ? offset + cutsAtMost(cuts, value) : missing[f]!
      own[i] = bin
      if (value < lowest[bin]!) lowest[bin] = value
      if (value > highest[bin]!) highest[bin] = value
    }
  })
  const categorical = columns.map((column) => column.categorical)
  return { rows: x.rows, columns: d, bins, offsets, missing, categorical, lowest, highest, edge }
}

/** Bins of the widest column, at least 1. */
export function widestColumn({ columns, offsets }: BinnedMatrix): number {
  let widest = 1
  for (let f = 0; f < columns; f++) widest = Math.max(widest, offsets[f + 1]! - offsets[f]!)
  return widest
}

/** How many of the ascending `cuts` are <= value. */
function cutsAtMost(cuts: Float64Array, value: number): number {
  let low = 0
  let length = cuts.length
  while (length > 0) {
    const half = (length + 1) >> 1
    // Without a branch, which would be mispredicted every other time.
    low += half & -(Number(cuts[low + half - 1]! <= value) | 0)
    length -= half
  }
  return low
}
