import { widestColumn, type BinnedMatrix } from './binning.ts'
import { drainOccupied, occupancyWords } from './occupancy.ts'

/** Which bins of a column a node's rows occupy, with the class weights and the rows in each; `ColumnSums` for forests. */
export class ClassSums {
  /** Occupied bins, counted from the column's first; ascending, missing values last. */
  readonly list: Int32Array
  listed = 0
  /** `bins × classes`. All zero between columns, as the rows are. */
  readonly weights: Float64Array
  readonly rows: Int32Array
  readonly #binned: BinnedMatrix
  readonly #y: Int32Array
  readonly #classes: number
  readonly #marks: Int32Array
  #width = 0

  constructor(binned: BinnedMatrix, y: Int32Array, classes: number) {
    const widest = widestColumn(binned)
    this.list = new Int32Array(widest)
    this.weights = new Float64Array(widest * classes)
    this.rows = new Int32Array(widest)
    this.#binned = binned
    this.#y = y
    this.#classes = classes
    this.#marks = new Int32Array(occupancyWords(widest))
  }

  sum(feature: number, rows: Int32Array, start: number, end: number, weights: Float64Array): void {
    const bins = this.#binned.bins[feature]!
    const offset = this.#binned.offsets[feature]!
    const sums = this.weights
    const counts = this.rows
    const marks = this.#marks
    const y = this.#y
    const classes = this.#classes
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const bin = bins[row]! - offset
      marks[bin >>> 5]! |= 1 << (bin & 31)
      sums[bin * classes + y[row]!]! += weights[row]!
      counts[bin]!++
    }
    this.#width = this.#binned.offsets[feature + 1]! - offset
    this.listed = drainOccupied(marks, occupancyWords(this.#width), this.list)
  }

  /** Categories have no order of their own: the first `known` get that of the share of one class. */
  orderByShare(known: number, inClass: number): void {
    const classes = this.#classes
    const share = (bin: number): number => {
      let total = 0
      for (let k = 0; k < classes; k++) total += this.weights[bin * classes + k]!
      return this.weights[bin * classes + inClass]! / total
    }
    this.list.subarray(0, known).sort((a, b) => share(a) - share(b) || a - b)
  }

  /** Before the next column. */
  clear(): void {
    const classes = this.#classes
    if (this.listed * 4 > this.#width) {
      this.weights.fill(0, 0, this.#width * classes)
      this.rows.fill(0, 0, this.#width)
      return
    }
    for (let i = 0; i < this.listed; i++) {
      const bin = this.list[i]!
      this.rows[bin] = 0
      this.weights.fill(0, bin * classes, (bin + 1) * classes)
    }
  }
}
