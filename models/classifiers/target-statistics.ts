import { matrix, type Matrix } from '../matrix.ts'
import { shuffle, type Random } from '../random.ts'
import { binMatrix, chooseBins, type BinnedMatrix, type ColumnBins } from '../trees/binning.ts'
import type { RawSplit } from '../trees/growth/oblivious.ts'
import type { BinSplit } from '../trees/partition.ts'
import type { TrainingSet } from './classifier.ts'

/** Uniform borders on [0, 1], as many as CatBoost's default for its counters. */
const borders = Float64Array.from({ length: 15 }, (_, i) => (i + 1) / 16)

/** A derived column: a numeric feature as it is, or how often class `inClass` goes with a category of `feature`. */
interface DerivedColumn {
  readonly feature: number
  /** -1 for a numeric feature. */
  readonly inClass: number
  /** Per code the statistic over all rows, the last one of missing values. */
  readonly final: Float64Array | null
}

/**
 * Categories as numbers, without a row's own label leaking into its statistic: a row sees only the rows before it in a random
 * permutation (Prokhorenkova et al., 2018, CatBoost, section 3.2, https://arxiv.org/abs/1706.09516). Each permutation gives one
 * binned matrix to grow trees on; at prediction the statistics over all rows hold, so a cut through them is a set of categories.
 */
export interface TargetStatistics {
  readonly permutations: readonly BinnedMatrix[]
  /** The split in terms of the original columns. */
  describe(split: BinSplit): RawSplit
}

export function targetStatistics(
  data: TrainingSet,
  maxBins: number,
  permutationCount: number,
  random: Random,
): TargetStatistics {
  const { x, features } = data
  const columns = features.flatMap((_, f) => deriveColumns(data, f))
  const numeric = chooseBins(
    x,
    features.map(() => false),
    maxBins,
  )
  const bins = columns.map(({ feature, inClass }): ColumnBins =>
    inClass < 0 ? numeric[feature]! : { categorical: false, hasMissing: false, cuts: borders },
  )
  const counted = columns.some(({ inClass }) => inClass >= 0)
  const permutations = Array.from({ length: counted ? permutationCount : 1 }, () => {
    const order = shuffle(
      Int32Array.from({ length: x.rows }, (_, i) => i),
      random,
    )
    return binMatrix(derive(data, columns, order), bins)
  })
  return { permutations, describe: (split) => describe(split, permutations[0]!, columns[split.feature]!) }
}

function deriveColumns(data: TrainingSet, feature: number): DerivedColumn[] {
  if (data.features[feature]!.kind === 'numeric') return [{ feature, inClass: -1, final: null }]
  const classes = data.classes === 2 ? [1] : Array.from({ length: data.classes }, (_, k) => k)
  return classes.map((inClass) => ({ feature, inClass, final: finalStatistic(data, feature, inClass) }))
}

function derive(data: TrainingSet, columns: readonly DerivedColumn[], order: Int32Array): Matrix {
  const { x } = data
  const out = matrix(x.rows, columns.length)
  columns.forEach(({ feature, inClass }, c) => {
    const statistic = inClass < 0 ? null : orderedStatistic(data, feature, inClass, order)
    for (let i = 0; i < x.rows; i++)
      out.data[i * columns.length + c] = statistic ? statistic[i]! : x.data[i * x.columns + feature]!
  })
  return out
}

/**
 * (rows of the class + share of the class) / (rows + 1), counted over the earlier rows of the same category.
 * @param order the rows from first to last
 */
export function orderedStatistic(
  data: TrainingSet,
  feature: number,
  inClass: number,
  order: Int32Array,
): Float64Array {
  const { x, y } = data
  const slots = slotsOf(x, feature)
  const prior = classShare(y, inClass)
  const hits = new Float64Array(slots.count)
  const rows = new Float64Array(slots.count)
  const statistic = new Float64Array(x.rows)
  for (const i of order) {
    const slot = slots.of[i]!
    statistic[i] = (hits[slot]! + prior) / (rows[slot]! + 1)
    rows[slot]!++
    if (y[i] === inClass) hits[slot]!++
  }
  return statistic
}

function finalStatistic({ x, y }: TrainingSet, feature: number, inClass: number): Float64Array {
  const slots = slotsOf(x, feature)
  const prior = classShare(y, inClass)
  const hits = new Float64Array(slots.count)
  const rows = new Float64Array(slots.count)
  slots.of.forEach((slot, i) => {
    rows[slot]!++
    if (y[i] === inClass) hits[slot]!++
  })
  return hits.map((hit, slot) => (hit + prior) / (rows[slot]! + 1))
}

/** Per row the code, or for a missing value one more than the greatest code. */
function slotsOf(x: Matrix, feature: number): { readonly of: Int32Array; readonly count: number } {
  let missing = 0
  for (let i = feature; i < x.data.length; i += x.columns) if (x.data[i]! >= missing) missing = x.data[i]! + 1
  const of = Int32Array.from({ length: x.rows }, (_, i) => {
    const code = x.data[i * x.columns + feature]!
    return Number.isNaN(code) ? missing : code
  })
  return { of, count: missing + 1 }
}

function classShare(y: Int32Array, inClass: number): number {
  return y.reduce((sum, label) => sum + (label === inClass ? 1 : 0), 0) / y.length
}

function describe(split: BinSplit, binned: BinnedMatrix, { feature, final }: DerivedColumn): RawSplit {
  const edge = binned.edge[split.lastLeftBin]!
  if (!final) return { ...split, feature, threshold: edge, missingLeft: split.missingLeft ?? false }
  const codes = final.length - 1
  const categories = new Uint32Array((codes >>> 5) + 1)
  for (let code = 0; code < codes; code++)
    if (final[code]! < edge) categories[code >>> 5]! |= 1 << (code & 31)
  return { feature, threshold: NaN, categories, missingLeft: final[codes]! < edge }
}
