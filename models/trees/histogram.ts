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
  pairs: BinPairs,
  packed: Float64Array,
  rows: Int32Array,
  start: number,
  end: number,
): void {
  let word = 0
  for (; word + 9 <= pairs.width; word += 9) addNine(sums, pairs, word, packed, rows, start, end)
  for (; word < pairs.width; word++) addOne(sums, pairs, word, packed, rows, start, end)
}

/** Nine words of each row from `word` on, as 17 features take. Without an inner loop a row costs a fifth less. */
function addNine(
  sums: Histogram,
  { width, words }: BinPairs,
  word: number,
  packed: Float64Array,
  rows: Int32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const value = packed[row]!
    const at = row * width + word
    const a = words[at]!
    const b = words[at + 1]!
    const c = words[at + 2]!
    const d = words[at + 3]!
    const e = words[at + 4]!
    const f = words[at + 5]!
    const g = words[at + 6]!
    const h = words[at + 7]!
    const k = words[at + 8]!
    sums[a & 0xffff]! += value
    sums[a >>> 16]! += value
    sums[b & 0xffff]! += value
    sums[b >>> 16]! += value
    sums[c & 0xffff]! += value
    sums[c >>> 16]! += value
    sums[d & 0xffff]! += value
    sums[d >>> 16]! += value
    sums[e & 0xffff]! += value
    sums[e >>> 16]! += value
    sums[f & 0xffff]! += value
    sums[f >>> 16]! += value
    sums[g & 0xffff]! += value
    sums[g >>> 16]! += value
    sums[h & 0xffff]! += value
    sums[h >>> 16]! += value
    sums[k & 0xffff]! += value
    sums[k >>> 16]! += value
  }
}

function addOne(
  sums: Histogram,
  { width, words }: BinPairs,
  word: number,
  packed: Float64Array,
  rows: Int32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const row = rows[i]!
    const value = packed[row]!
    const pair = words[row * width + word]!
    sums[pair & 0xffff]! += value
    sums[pair >>> 16]! += value
  }
}

/** Takes one child's histogram from its parent's: what is left is the other child's. */
export function subtract(from: Histogram, part: Histogram): void {
  for (let i = 0; i < from.length; i++) from[i]! -= part[i]!
}
