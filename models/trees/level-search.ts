import { widestColumn, type BinnedMatrix } from './binning.ts'
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

/** Both sums of the score: Σ v G and Σ v² W. */
interface ScoreSums {
  readonly along: number
  readonly square: number
}

/** A leaf's rows, what they add up to, and its part of the score while it is whole. */
interface LeafSums extends ScoreSums {
  readonly start: number
  readonly end: number
  readonly total: Float64Array
}

/**
 * Finds the split that serves all leaves of a level best. With G the gradient sum, W the weight and v = G / (W + λ) of a child,
 * per margin, L2 is Σ v G and Cosine Σ v G / √(Σ v² W): how well the step points along the gradient. A leaf's part of both sums changes
 * only at the bins that its rows occupy, so changes are noted there and summed up over the bins at the end.
 */
export class LevelSearch {
  readonly #options: LevelSearchOptions
  readonly #margins: number
  /** Numbers per row, bin or leaf: gradient sums of all margins, then the weight. */
  readonly #stride: number
  readonly #ofRow: Float64Array
  /** Of the column at hand; all zero between leaves. */
  readonly #ofBin: Float64Array
  readonly #marks: Int32Array
  readonly #list: Int32Array
  readonly #left: Float64Array
  /** Changes of both sums by bin, when missing values go right and when they go left. */
  readonly #along: readonly [Float64Array, Float64Array]
  readonly #square: readonly [Float64Array, Float64Array]

  constructor(binned: BinnedMatrix, margins: number, options: LevelSearchOptions) {
    const widest = widestColumn(binned)
    this.#options = options
    this.#margins = margins
    this.#stride = margins + 1
    this.#ofRow = new Float64Array(binned.rows * this.#stride)
    this.#ofBin = new Float64Array(widest * this.#stride)
    this.#marks = new Int32Array(occupancyWords(widest))
    this.#list = new Int32Array(widest)
    this.#left = new Float64Array(this.#stride)
    this.#along = [new Float64Array(widest), new Float64Array(widest)]
    this.#square = [new Float64Array(widest), new Float64Array(widest)]
  }

  /** Before each tree. */
  begin(gradients: readonly Float64Array[], weights: Float64Array): void {
    const ofRow = this.#ofRow
    const stride = this.#stride
    gradients.forEach((own, k) => {
      for (let i = 0; i < weights.length; i++) ofRow[i * stride + k] = own[i * 2]!
    })
    for (let i = 0; i < weights.length; i++) ofRow[i * stride + this.#margins] = weights[i]!
  }

  /** @param level the leaves, nodes of the draft @returns null when no split betters the score */
  find(
    binned: BinnedMatrix,
    rows: Int32Array,
    draft: TreeDraft,
    level: readonly number[],
    features: Int32Array,
  ): LevelSplit | null {
    const leaves = level
      .map((node) => this.#weighLeaf(rows, draft.rowStart[node]!, draft.rowEnd[node]!))
      .filter(({ start, end }) => end > start)
    const before = leaves.reduce(
      (sum, { along, square }) => ({ along: sum.along + along, square: sum.square + square }),
      { along: 0, square: 0 },
    )
    // Nothing changes for a leaf of one row, whichever side it goes to.
    const divisible = leaves.filter(({ start, end }) => end - start > 1)
    let best: LevelSplit | null = null
    for (const feature of features) {
      const width = binned.offsets[feature + 1]! - binned.offsets[feature]!
      if (width < 2) continue
      const missing = binned.missing[feature]! < 0 ? -1 : binned.missing[feature]! - binned.offsets[feature]!
      this.#forget(width)
      for (const leaf of divisible) {
        const listed = this.#gather(binned, feature, rows, leaf)
        if (listed > 1) {
          this.#noteChanges(leaf, listed, missing, 0)
          if (missing >= 0) this.#noteChanges(leaf, listed, missing, 1)
        }
        this.#clear(listed)
      }
      best = this.#bestCut(feature, binned.offsets[feature]!, width, missing, before, best)
    }
    return best
  }

  #bestCut(
    feature: number,
    offset: number,
    width: number,
    missing: number,
    before: ScoreSums,
    best: LevelSplit | null,
  ): LevelSplit | null {
    const scoreBefore = this.#score(before.along, before.square)
    let found = best
    const last = missing >= 0 ? missing : width - 1
    for (let side = 0; side < (missing >= 0 ? 2 : 1); side++) {
      let { along, square } = before
      if (side === 1) {
        along += this.#along[1][missing]!
        square += this.#square[1][missing]!
      }
      for (let bin = 0; bin < last; bin++) {
        along += this.#along[side]![bin]!
        square += this.#square[side]![bin]!
        const gain = this.#score(along, square) - scoreBefore
        if (gain > (found ? found.gain : 0) + 1e-9)
          found = { feature, lastLeftBin: offset + bin, categories: null, missingLeft: side === 1, gain }
      }
    }
    return found
  }

  #score(along: number, square: number): number {
    if (this.#options.scoreFunction === 'L2') return along
    return square > 0 ? along / Math.sqrt(square) : 0
  }

  #forget(width: number): void {
    for (const side of [0, 1] as const) {
      this.#along[side].fill(0, 0, width)
      this.#square[side].fill(0, 0, width)
    }
  }

  #weighLeaf(rows: Int32Array, start: number, end: number): LeafSums {
    const stride = this.#stride
    const total = new Float64Array(stride)
    for (let i = start; i < end; i++) {
      const at = rows[i]! * stride
      for (let k = 0; k < stride; k++) total[k]! += this.#ofRow[at + k]!
    }
    const weight = total[this.#margins]!
    let along = 0
    let square = 0
    for (let k = 0; k < this.#margins; k++) {
      const step = weight > 0 ? total[k]! / (weight + this.#options.lambda) : 0
      along += step * total[k]!
      square += step * step * weight
    }
    return { start, end, total, along, square }
  }

  /** Sums a leaf's rows by bin and lists the occupied bins, ascending. */
  #gather(binned: BinnedMatrix, feature: number, rows: Int32Array, { start, end }: LeafSums): number {
    const bins = binned.bins[feature]!
    const offset = binned.offsets[feature]!
    const ofRow = this.#ofRow
    const ofBin = this.#ofBin
    const marks = this.#marks
    const stride = this.#stride
    for (let i = start; i < end; i++) {
      const row = rows[i]!
      const bin = bins[row]! - offset
      const from = row * stride
      const to = bin * stride
      marks[bin >>> 5]! |= 1 << (bin & 31)
      for (let k = 0; k < stride; k++) ofBin[to + k]! += ofRow[from + k]!
    }
    return drainOccupied(marks, occupancyWords(binned.offsets[feature + 1]! - offset), this.#list)
  }

  /** @param side 1 when the missing values go left, and so come before all bins: their change is noted at the missing bin */
  #noteChanges(leaf: LeafSums, listed: number, missing: number, side: 0 | 1): void {
    const { lambda } = this.#options
    const { total } = leaf
    const margins = this.#margins
    const ofBin = this.#ofBin
    const left = this.#left.fill(0)
    const alongChanges = this.#along[side]
    const squareChanges = this.#square[side]
    let { along, square } = leaf
    for (let i = side === 1 ? -1 : 0; i < listed; i++) {
      const bin = i < 0 ? missing : this.#list[i]!
      if (i >= 0 && bin === missing) continue
      const at = bin * this.#stride
      const leftWeight = (left[margins]! += ofBin[at + margins]!)
      const rightWeight = total[margins]! - leftWeight
      const perLeft = leftWeight > 0 ? 1 / (leftWeight + lambda) : 0
      const perRight = rightWeight > 0 ? 1 / (rightWeight + lambda) : 0
      alongChanges[bin]! -= along
      squareChanges[bin]! -= square
      along = 0
      square = 0
      for (let k = 0; k < margins; k++) {
        const leftSum = (left[k]! += ofBin[at + k]!)
        const rightSum = total[k]! - leftSum
        const leftStep = leftSum * perLeft
        const rightStep = rightSum * perRight
        along += leftStep * leftSum + rightStep * rightSum
        square += leftStep * leftStep * leftWeight + rightStep * rightStep * rightWeight
      }
      alongChanges[bin]! += along
      squareChanges[bin]! += square
    }
  }

  #clear(listed: number): void {
    const stride = this.#stride
    for (let i = 0; i < listed; i++) {
      const at = this.#list[i]! * stride
      for (let k = 0; k < stride; k++) this.#ofBin[at + k] = 0
    }
  }
}
