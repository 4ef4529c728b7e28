import { ModelInputError } from '../errors.ts'

/** How a sample lies over bins; what a later sample is compared with. */
export interface BinnedSample {
  /** The inner edges, ascending; a value belongs to the first bin whose edge is not below it. */
  readonly edges: readonly number[]
  /** Rows per bin, `edges.length + 1` of them, and last the rows whose value is unknown (NaN). */
  readonly counts: readonly number[]
}

/**
 * Bins between the quantiles of the sample, so that each holds about as much; equal quantiles become one edge, and a sample
 * without a known value has one bin. @param bins at most so many, at least 2
 */
export function binSample(values: Float64Array, bins = 10): BinnedSample {
  if (!Number.isInteger(bins) || bins < 2)
    throw new ModelInputError(`Expected \`bins\` to be a whole number of at least 2, got ${bins}`)
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  const edges: number[] = []
  for (let k = 1; k < bins && known.length > 0; k++) {
    const edge = known[Math.ceil((k * known.length) / bins) - 1]!
    if (edge !== edges.at(-1) && edge < known[known.length - 1]!) edges.push(edge)
  }
  return { edges, counts: countInBins(values, edges) }
}

/** Rows per bin, and last the unknown. */
export function countInBins(values: Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 2).fill(0)
  for (const value of values) counts[Number.isNaN(value) ? edges.length + 1 : binOf(value, edges)]!++
  return counts
}

function binOf(value: number, edges: readonly number[]): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Added to every count, so that an empty bin has a logarithm. */
const halfRow = 0.5

/**
 * The population stability index: Σ (a − e) · ln(a / e) over the shares a and e of two samples in the same bins; 0 where they
 * are equal, and the same both ways. By convention 0.1 is a small change and 0.25 a large one (Siddiqi, Credit Risk
 * Scorecards, 2006). @throws ModelInputError when the counts have different lengths
 */
export function stabilityIndex(expected: readonly number[], actual: readonly number[]): number {
  if (expected.length !== actual.length)
    throw new ModelInputError(`Expected counts of ${expected.length} bins, got ${actual.length}`)
  const expectedRows = total(expected) + halfRow * expected.length
  const actualRows = total(actual) + halfRow * actual.length
  let index = 0
  for (let k = 0; k < expected.length; k++) {
    const e = (expected[k]! + halfRow) / expectedRows
    const a = (actual[k]! + halfRow) / actualRows
    index += (a - e) * Math.log(a / e)
  }
  return index
}

/** The normal quantile of 0.999. */
const z = 3.0902

/**
 * What chance alone exceeds once in a thousand times: between samples of n and m rows of one distribution the index is about
 * (1/n + 1/m) · χ² with one degree of freedom less than bins (Yurdakul and Naranjo, Statistical properties of the population
 * stability index, 2020). The quantile of χ² is Wilson and Hilferty's (1931), within 1 % from 3 degrees on.
 * @param bins that hold anything
 */
export function chanceIndex(bins: number, n: number, m: number): number {
  const freedom = Math.max(1, bins - 1)
  const spread = 2 / (9 * freedom)
  return (1 / n + 1 / m) * freedom * (1 - spread + z * Math.sqrt(spread)) ** 3
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
