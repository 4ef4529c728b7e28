import type { BinnedMatrix } from './binning.ts'

/** Packed sums (see `PackedGradients`) of a node's rows by bin, all columns one after the other. An empty bin holds 0. */
export type Histogram = Float64Array

/** Two bins fit into a word when there are fewer than this. */
const mostBins = 2 ** 16

/**
 * The bins of each row side by side, two to a 32-bit word: summing a node's rows into a histogram is most of the work of growing
 * trees, and this halves its reads. An odd column is paired with a bin that nobody looks at.
 */
export interface BinPairs {
  /** Words per row. */
  readonly width: number
  readonly words: Uint32Array
}

/** null where the bins do not fit. */
export function pairBins({ rows, columns, bins, offsets }: BinnedMatrix): BinPairs | null {
  const unused = offsets[columns]!
  if (unused >= mostBins) return null
  const width = (columns + 1) >> 1
  const words = new Uint32Array(rows * width)
  for (let word = 0; word < width; word++) {
    const low = bins[word * 2]!
    const high = bins[word * 2 + 1]
    for (let i = 0; i < rows; i++) words[i * width + word] = low[i]! | ((high ? high[i]! : unused) << 16)
  }
  return { width, words }
}

/** Hands out histograms of one size and takes them back. */
export class HistogramPool {
  readonly #size: number
  readonly #free: Histogram[] = []

  constructor(bins: number) {
    this.#size = bins + 1
  }

  /** All zero. */
  take(): Histogram {
    return this.#free.pop()?.fill(0) ?? new Float64Array(this.#size)
  }

  give(histogram: Histogram): void {
    this.#free.push(histogram)
  }
}

/** Adds `rows[start … end)` to the histogram. */
export function accumulate(
  sums: Histogram,
  { width, words }: BinPairs,
  packed: Float64Array,
  rows: Int32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const value = packed[row]!
    let at = row * width
    const last = at + width
    // Three words at a time: reading ahead of the sums hides their latency.
    for (; at + 3 <= last; at += 3) {
      const first = words[at]!
      const second = words[at + 1]!
      const third = words[at + 2]!
      sums[first & 0xffff]! += value
      sums[first >>> 16]! += value
      sums[second & 0xffff]! += value
      sums[second >>> 16]! += value
      sums[third & 0xffff]! += value
      sums[third >>> 16]! += value
    }
    for (; at < last; at++) {
      const word = words[at]!
      sums[word & 0xffff]! += value
      sums[word >>> 16]! += value
    }
  }
}

/** Takes one child's histogram from its parent's: what is left is the other child's. */
export function subtract(from: Histogram, part: Histogram): void {
  for (let i = 0; i < from.length; i++) from[i]! -= part[i]!
}
