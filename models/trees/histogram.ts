import type { BinnedMatrix } from './binning.ts'

/**
 * Sums over a node's rows by bin: gradient at `2 × bin`, hessian at `2 × bin + 1`, and rows. Gradients are whole multiples of one
 * quantum (see `quantumFor`), so sums are exact: a bin whose hessian is 0 is empty, even after a subtraction.
 */
export interface Histogram {
  readonly sums: Float64Array
  readonly counts: Int32Array
}

/** Hands out histograms of one size and takes them back. */
export class HistogramPool {
  readonly #bins: number
  readonly #free: Histogram[] = []

  constructor(bins: number) {
    this.#bins = bins
  }

  /** All zero. */
  take(): Histogram {
    const histogram = this.#free.pop()
    if (!histogram) return { sums: new Float64Array(this.#bins * 2), counts: new Int32Array(this.#bins) }
    histogram.sums.fill(0)
    histogram.counts.fill(0)
    return histogram
  }

  give(histogram: Histogram): void {
    this.#free.push(histogram)
  }
}

/**
 * Adds `rows[start … end)` to the histogram.
 * @param gradients gradient and hessian of each row, interleaved
 * @param counting whether anybody reads the counts
 */
export function accumulate(
  { sums, counts }: Histogram,
  { bins, columns }: BinnedMatrix,
  gradients: Float64Array,
  rows: Int32Array,
  start: number,
  end: number,
  counting: boolean,
): void {
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const gradient = gradients[row * 2]!
    const hessian = gradients[row * 2 + 1]!
    const first = row * columns
    for (let at = first; at < first + columns; at++) {
      const bin = bins[at]! << 1
      sums[bin]! += gradient
      sums[bin + 1]! += hessian
    }
    if (counting) for (let at = first; at < first + columns; at++) counts[bins[at]!]!++
  }
}

/** Takes one child's histogram from its parent's: what is left is the other child's. */
export function subtract(from: Histogram, part: Histogram, counting: boolean): void {
  for (let i = 0; i < from.sums.length; i++) from.sums[i]! -= part.sums[i]!
  if (counting) for (let i = 0; i < from.counts.length; i++) from.counts[i]! -= part.counts[i]!
}

/**
 * The unit to which gradients are rounded so that a sum of `rows` of them is exact in double precision: 2⁻⁵¹ of the greatest
 * possible sum, which is 2⁻³⁴ for 100,000 rows of weight 1.
 */
export function quantumFor(rows: number, greatest: number): number {
  return 2 ** (Math.ceil(Math.log2(rows * greatest)) - 51)
}
