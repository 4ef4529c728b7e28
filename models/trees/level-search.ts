import type { BinnedMatrix } from './binning.ts'
import { drainOccupied, occupancyWords } from './occupancy.ts'
import type { BinSplit } from './partition.ts'
import type { TreeDraft } from './tree-draft.ts'

export interface LevelSplit extends BinSplit {
  readonly missingLeft: boolean
  /** By how much the split betters the score of the whole level. */
  readonly gain: number
}

interface LevelSearchOptions {
  readonly lambda: number
  readonly scoreFunction: 'Cosine' | 'L2'
}

/**
 * Finds the split that serves all leaves of a level best. With G the gradient sum, W the weight and v = G / (W + λ) of a child,
 * per margin, L2 is Σ v G and Cosine Σ v G / √(Σ v² W): how well the step points along the gradient. A leaf's part of both sums changes
 * only at the bins that its rows occupy, so changes are noted there and summed up over the bins at the end.
 */
export class LevelSearch {
  readonly #options: LevelSearchOptions
  readonly #margins: number
  /** Per bin of the column at hand: gradient sums of all margins, then the weight. */
  readonly #sums: Float64Array
  readonly #marks: Int32Array
  readonly #list: Int32Array
  readonly #left: Float64Array
  readonly #total: Float64Array
  /** Changes of both sums by bin, when missing values go right and when they go left. */
  readonly #along: readonly [Float64Array, Float64Array]
  readonly #square: readonly [Float64Array, Float64Array]
  /** Both sums of the children at hand. */
  #alongNow = 0
  #squareNow = 0

  constructor(binned: BinnedMatrix, margins: number, options: LevelSearchOptions) {
    let widest = 1
    for (let f = 0; f < binned.columns; f++)
      widest = Math.max(widest, binned.offsets[f + 1]! - binned.offsets[f]!)
    this.#options = options
    this.#margins = margins
    this.#sums = new Float64Array(widest * (margins + 1))
    this.#marks = new Int32Array(occupancyWords(widest))
    this.#list = new Int32Array(widest)
    this.#left = new Float64Array(margins + 1)
    this.#total = new Float64Array(margins + 1)
    this.#along = [new Float64Array(widest), new Float64Array(widest)]
    this.#square = [new Float64Array(widest), new Float64Array(widest)]
  }

  /** @param level the leaves, nodes of the draft @returns null when no split betters the score */
  find(
    binned: BinnedMatrix,
    gradients: readonly Float64Array[],
    weights: Float64Array,
    rows: Int32Array,
    draft: TreeDraft,
    level: readonly number[],
    features: Int32Array,
  ): LevelSplit | null {
    let best: LevelSplit | null = null
    for (const feature of features) {
      const width = binned.offsets[feature + 1]! - binned.offsets[feature]!
      if (width < 2) continue
      for (const changes of [...this.#along, ...this.#square]) changes.fill(0, 0, width)
      const missing = binned.missing[feature]! < 0 ? -1 : binned.missing[feature]! - binned.offsets[feature]!
      let alongBefore = 0
      let squareBefore = 0
      for (const node of level) {
        const start = draft.rowStart[node]!
        const end = draft.rowEnd[node]!
        if (start === end) continue
        const listed = this.#gather(binned, feature, gradients, weights, rows, start, end)
        this.#weighLeaf(listed)
        this.#left.fill(0)
        this.#weighChildren()
        alongBefore += this.#alongNow
        squareBefore += this.#squareNow
        this.#noteChanges(listed, missing, 0)
        if (missing >= 0) this.#noteChanges(listed, missing, 1)
        this.#clear(listed)
      }
      const offset = binned.offsets[feature]!
      best = this.#bestCut(feature, offset, width, missing, alongBefore, squareBefore, best)
    }
    return best
  }

  #bestCut(
    feature: number,
    offset: number,
    width: number,
    missing: number,
    alongBefore: number,
    squareBefore: number,
    best: LevelSplit | null,
  ): LevelSplit | null {
    const before = this.#score(alongBefore, squareBefore)
    let found = best
    const last = missing >= 0 ? missing : width - 1
    for (let side = 0; side < (missing >= 0 ? 2 : 1); side++) {
      let along = alongBefore
      let square = squareBefore
      if (side === 1) {
        along += this.#along[1][missing]!
        square += this.#square[1][missing]!
      }
      for (let bin = 0; bin < last; bin++) {
        along += this.#along[side]![bin]!
        square += this.#square[side]![bin]!
        const gain = this.#score(along, square) - before
        if (gain > (found ? found.gain : 0) + 1e-9)
          found = {
            feature,
            lastLeftBin: offset + bin,
            categories: null,
            missingLeft: side === 1,
            gain,
          }
      }
    }
    return found
  }

  #score(along: number, square: number): number {
    if (this.#options.scoreFunction === 'L2') return along
    return square > 0 ? along / Math.sqrt(square) : 0
  }

  /** Sums a leaf's rows by bin and lists the occupied bins, ascending. */
  #gather(
    { bins, columns, offsets }: BinnedMatrix,
    feature: number,
    gradients: readonly Float64Array[],
    weights: Float64Array,
    rows: Int32Array,
    start: number,
    end: number,
  ): number {
    const sums = this.#sums
    const marks = this.#marks
    const margins = this.#margins
    const offset = offsets[feature]!
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const bin = bins[row * columns + feature]! - offset
      const at = bin * (margins + 1)
      marks[bin >>> 5]! |= 1 << (bin & 31)
      for (let k = 0; k < margins; k++) sums[at + k]! += gradients[k]![row * 2]!
      sums[at + margins]! += weights[row]!
    }
    return drainOccupied(marks, occupancyWords(offsets[feature + 1]! - offset), this.#list)
  }

  #weighLeaf(listed: number): void {
    const stride = this.#margins + 1
    const total = this.#total
    total.fill(0)
    for (let i = 0; i < listed; i++)
      for (let k = 0; k < stride; k++) total[k]! += this.#sums[this.#list[i]! * stride + k]!
  }

  /** Both sums of the two children when `left` goes left. */
  #weighChildren(): void {
    const { lambda } = this.#options
    const margins = this.#margins
    const leftWeight = this.#left[margins]!
    const rightWeight = this.#total[margins]! - leftWeight
    let along = 0
    let square = 0
    for (let k = 0; k < margins; k++) {
      const left = this.#left[k]!
      const right = this.#total[k]! - left
      const leftStep = leftWeight > 0 ? left / (leftWeight + lambda) : 0
      const rightStep = rightWeight > 0 ? right / (rightWeight + lambda) : 0
      along += leftStep * left + rightStep * right
      square += leftStep * leftStep * leftWeight + rightStep * rightStep * rightWeight
    }
    this.#alongNow = along
    this.#squareNow = square
  }

  /** @param side 1 when the missing values go left, and so come before all bins: their change is noted at the missing bin */
  #noteChanges(listed: number, missing: number, side: 0 | 1): void {
    const stride = this.#margins + 1
    const left = this.#left
    left.fill(0)
    this.#weighChildren()
    if (side === 1) this.#moveLeft(missing, 1, stride)
    for (let i = 0; i < listed; i++) {
      const bin = this.#list[i]!
      if (bin !== missing) this.#moveLeft(bin, side, stride)
    }
  }

  #moveLeft(bin: number, side: 0 | 1, stride: number): void {
    const along = this.#alongNow
    const square = this.#squareNow
    for (let k = 0; k < stride; k++) this.#left[k]! += this.#sums[bin * stride + k]!
    this.#weighChildren()
    this.#along[side][bin]! += this.#alongNow - along
    this.#square[side][bin]! += this.#squareNow - square
  }

  #clear(listed: number): void {
    const stride = this.#margins + 1
    for (let i = 0; i < listed; i++) {
      const at = this.#list[i]! * stride
      this.#sums.fill(0, at, at + stride)
    }
  }
}
