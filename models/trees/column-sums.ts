import { widestColumn, type BinnedMatrix } from './binning.ts'
import type { Histogram } from './histogram.ts'
import { drainOccupied, occupancyWords } from './occupancy.ts'

/**
 * Which bins of a column a node's rows occupy, in ascending order, with the packed sum of each: read off the node's histogram, or, for a
 * node of few rows, summed from these. Reused from column to column.
 */
export class ColumnSums {
  readonly list: Int32Array
  listed = 0
  /** By bin. */
  sums: Histogram
  /** Rows by bin; only after `count`. */
  readonly counts: Int32Array
  readonly #binned: BinnedMatrix
  readonly #scratch: Histogram
  readonly #marks: Int32Array

  constructor(binned: BinnedMatrix) {
    const total = binned.offsets[binned.columns]!
    const widest = widestColumn(binned)
    this.#binned = binned
    this.#scratch = new Float64Array(total)
    this.sums = this.#scratch
    this.counts = new Int32Array(total)
    this.#marks = new Int32Array(occupancyWords(widest))
    this.list = new Int32Array(widest)
  }

  read(histogram: Histogram, feature: number): void {
    const { list } = this
    const end = this.#binned.offsets[feature + 1]!
    let listed = 0
    for (let bin = this.#binned.offsets[feature]!; bin < end; bin++) {
      list[listed] = bin
      listed += Number(histogram[bin] !== 0) | 0
    }
    this.listed = listed
    this.sums = histogram
  }

  sum(feature: number, packed: Float64Array, rows: Int32Array, start: number, end: number): void {
    const bins = this.#binned.bins[feature]!
    const offset = this.#binned.offsets[feature]!
    const sums = this.#scratch
    const marks = this.#marks
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const bin = bins[row]!
      const local = bin - offset
      marks[local >>> 5]! |= 1 << (local & 31)
      sums[bin]! += packed[row]!
    }
    const { list } = this
    const listed = drainOccupied(marks, occupancyWords(this.#binned.offsets[feature + 1]! - offset), list)
    for (let i = 0; i < listed; i++) list[i]! += offset
    this.listed = listed
    this.sums = sums
  }

  count(feature: number, rows: Int32Array, start: number, end: number): void {
    const bins = this.#binned.bins[feature]!
    const { counts, list } = this
    for (let i = 0; i < this.listed; i++) counts[list[i]!] = 0
    for (let i = start; i < end; i++) counts[bins[rows[i]!]!]!++
  }

  /** Before the next column. */
  clear(): void {
    if (this.sums !== this.#scratch) return
    for (let i = 0; i < this.listed; i++) this.#scratch[this.list[i]!] = 0
  }
}
