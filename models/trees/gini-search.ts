import type { Random } from '../random.ts'
import type { BinnedMatrix } from './binning.ts'
import { ClassSums } from './class-sums.ts'
import { categorySet, type BinSplit } from './partition.ts'

export interface GiniSplit extends BinSplit {
  /** The lowest bin that goes right; -1 when only missing values do. */
  readonly firstRightBin: number
  /** Node weight times the decrease in Gini impurity. */
  readonly gain: number
}

interface SearchLimits {
  readonly maxFeatures: number
  readonly minSamplesLeaf: number
}

/** Below this a gain is rounding. */
const leastGain = 1e-9

/** Finds the purest split of a node among randomly drawn columns. */
export class GiniSearch {
  readonly #binned: BinnedMatrix
  readonly #classes: number
  readonly #limits: SearchLimits
  readonly #features: Int32Array
  readonly #column: ClassSums
  readonly #total: Float64Array
  readonly #left: Float64Array
  #best = 0
  #bestAt = 0
  #split: GiniSplit | null = null

  constructor(binned: BinnedMatrix, y: Int32Array, classes: number, limits: SearchLimits) {
    this.#binned = binned
    this.#classes = classes
    this.#limits = limits
    this.#features = Int32Array.from({ length: binned.columns }, (_, f) => f)
    this.#column = new ClassSums(binned, y, classes)
    this.#total = new Float64Array(classes)
    this.#left = new Float64Array(classes)
  }

  /**
   * @param shares class shares of all nodes, those of this node at `node × classes`
   * @param weight the node's weight
   * @returns null when no drawn column purifies; columns that are constant here do not count as drawn
   */
  find(
    rows: Int32Array,
    start: number,
    end: number,
    weights: Float64Array,
    shares: Float64Array,
    node: number,
    weight: number,
    random: Random,
  ): GiniSplit | null {
    let purity = 0
    for (let k = 0; k < this.#classes; k++) {
      const inClass = shares[node * this.#classes + k]! * weight
      this.#total[k] = inClass
      purity += (inClass * inClass) / weight
    }
    this.#split = null
    this.#bestAt = -1
    if (purity >= weight * (1 - 1e-12)) return null
    this.#best = purity + leastGain
    const { maxFeatures } = this.#limits
    const features = this.#features
    const d = features.length
    let tried = 0
    for (let j = 0; j < d && (tried < maxFeatures || this.#bestAt < 0); j++) {
      const drawn = j + random.below(d - j)
      const feature = features[drawn]!
      features[drawn] = features[j]!
      features[j] = feature
      if (this.#tryColumn(feature, rows, start, end, weights, purity, random)) tried++
    }
    return this.#split
  }

  /** False when the column is constant in this node. */
  #tryColumn(
    feature: number,
    rows: Int32Array,
    start: number,
    end: number,
    weights: Float64Array,
    purity: number,
    random: Random,
  ): boolean {
    const column = this.#column
    column.sum(feature, rows, start, end, weights)
    const { list, listed } = column
    const hasMissing = listed > 0 && list[listed - 1]! === this.#missingBin(feature)
    const known = hasMissing ? listed - 1 : listed
    const varies = listed > 1
    if (varies) {
      if (this.#binned.categorical[feature]) column.orderByShare(known, random.below(this.#classes))
      const samples = end - start
      if (this.#scan(known, samples, -1)) this.#keep(feature, known, hasMissing ? false : null, purity)
      if (hasMissing && this.#scan(known, samples, list[known]!)) this.#keep(feature, known, true, purity)
    }
    column.clear()
    return varies
  }

  #missingBin(feature: number): number {
    const bin = this.#binned.missing[feature]!
    return bin < 0 ? -1 : bin - this.#binned.offsets[feature]!
  }

  /**
   * Tries every cut through the listed bins; true when one beats the best so far.
   * @param missingLeft the missing bin when its rows go left, else -1
   */
  #scan(known: number, samples: number, missingLeft: number): boolean {
    const classes = this.#classes
    const { list, weights: sums, rows: counts } = this.#column
    const total = this.#total
    const left = this.#left
    const { minSamplesLeaf } = this.#limits
    let best = this.#best
    let bestAt = -1
    let leftRows = 0
    for (let k = 0; k < classes; k++) left[k] = missingLeft < 0 ? 0 : sums[missingLeft * classes + k]!
    if (missingLeft >= 0) leftRows = counts[missingLeft]!
    for (let i = 0; i < known; i++) {
      const bin = list[i]!
      leftRows += counts[bin]!
      let leftSquares = 0
      let rightSquares = 0
      let leftWeight = 0
      let rightWeight = 0
      for (let k = 0; k < classes; k++) {
        const l = left[k]! + sums[bin * classes + k]!
        const r = total[k]! - l
        left[k] = l
        leftWeight += l
        rightWeight += r
        leftSquares += l * l
        rightSquares += r * r
      }
      if (leftRows < minSamplesLeaf) continue
      if (samples - leftRows < minSamplesLeaf) break
      const purityBelow = leftSquares / leftWeight + rightSquares / rightWeight
      if (purityBelow > best) {
        best = purityBelow
        bestAt = i
      }
    }
    if (bestAt < 0) return false
    this.#best = best
    this.#bestAt = bestAt
    return true
  }

  #keep(feature: number, known: number, missingLeft: boolean | null, purity: number): void {
    const at = this.#bestAt
    const offset = this.#binned.offsets[feature]!
    const { list } = this.#column
    const ordered = !this.#binned.categorical[feature]
    this.#split = {
      feature,
      lastLeftBin: ordered ? list[at]! + offset : -1,
      firstRightBin: ordered && at + 1 < known ? list[at + 1]! + offset : -1,
      categories: ordered ? null : categorySet(list, at + 1, 0),
      missingLeft,
      gain: this.#best - purity,
    }
  }
}
