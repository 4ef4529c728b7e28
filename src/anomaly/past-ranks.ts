import { medianOf } from '../../models/median.ts'
import { quantileOfSorted } from '../../models/metrics/probability.ts'

/** How rare a score is among past ones: a rank inside the past, a fitted tail beyond it. Plain JSON. */
export interface PastRanks {
  /** Evenly spaced quantiles of the past scores, from the least to the start of the tail. */
  readonly body: readonly number[]
  /** The share of past scores in the tail. */
  readonly tailShare: number
  /** Generalised Pareto: scale > 0 and shape in [0, 1) of the excess over the last number of `body`. */
  readonly tailScale: number
  readonly tailShape: number
}

const tailShare = 0.05
const bodyPoints = 400
/** Fewer excesses say nothing about a shape: then the tail is exponential. */
const fewestForShape = 20
/** Beyond a score this rare nothing is told apart. */
const leastProbability = 1e-12

/**
 * Peaks over threshold (Siffer et al., "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017), fitted by
 * probability-weighted moments (Hosking and Wallis 1987), so that scores beyond all of the past are still ordered.
 * @param past at least one score, in any order
 */
export function fitPastRanks(past: Float64Array): PastRanks {
  const sorted = Float64Array.from(past).sort()
  const body = bodyOf(sorted, tailShare)
  return { body, tailShare, ...paretoOf(excessesOver(sorted, body[bodyPoints - 1]!), spreadOf(sorted)) }
}

/** Incidents are among the past too: only so small a share is taken for the tail, and only its median is trusted. */
const evidenceTailShare = 0.02

/**
 * The same for evidence in nats, whose tail is exponential where nothing happened (the likelihood ratio of a maximum,
 * Siegmund and Venkatraman 1995). Its scale is the median excess over ln 2, which a share of incidents among the past
 * hardly moves, so that incidents do not make one another ordinary.
 * @param past at least one number, in any order
 */
export function rankEvidence(past: Float64Array): PastRanks {
  const sorted = Float64Array.from(past).sort()
  const body = bodyOf(sorted, evidenceTailShare)
  const excesses = excessesOver(sorted, body[bodyPoints - 1]!)
  const tailScale = excesses.length > 0 ? medianOf(excesses) / Math.LN2 : spreadOf(sorted)
  return { body, tailShare: evidenceTailShare, tailScale, tailShape: 0 }
}

function bodyOf(sorted: Float64Array, share: number): number[] {
  return Array.from({ length: bodyPoints }, (_, i) =>
    quantileOfSorted(sorted, ((1 - share) * i) / (bodyPoints - 1)),
  )
}

const excessesOver = (sorted: Float64Array, start: number): Float64Array =>
  sorted.filter((score) => score > start).map((score) => score - start)

/** The probability that an ordinary past score is as high as this one, in (0, 1]. */
export function rarityOf({ body, tailShare: share, tailScale, tailShape }: PastRanks, score: number): number {
  const last = body.length - 1
  const excess = score - body[last]!
  if (excess > 0) {
    const multiple = excess / tailScale
    const beyond = tailShape < 1e-6 ? Math.exp(-multiple) : (1 + tailShape * multiple) ** (-1 / tailShape)
    return Math.max(share * beyond, leastProbability)
  }
  return 1 - ((1 - share) * placeIn(body, score)) / last
}

/** Rarity in decades, −log₁₀: 0 for the most ordinary, 3 for one in a thousand; NaN stays unknown. */
export function decadesOf(ranks: PastRanks, score: number): number {
  return Number.isNaN(score) ? NaN : -Math.log10(Math.max(rarityOf(ranks, score), leastProbability))
}

/** The fractional index of `score` on the ascending `body`; ties count half. */
function placeIn(body: readonly number[], score: number): number {
  const below = lowerBound(body, score)
  if (below === 0) return body[0] === score ? (upperBound(body, score) - 1) / 2 : 0
  if (body[below] === score) return (below + upperBound(body, score) - 1) / 2
  const low = body[below - 1]!
  return below - 1 + (score - low) / (body[below]! - low)
}

function lowerBound(ascending: readonly number[], value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function upperBound(ascending: readonly number[], value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

function paretoOf(excesses: Float64Array, fallback: number): { tailScale: number; tailShape: number } {
  const n = excesses.length
  if (n === 0) return { tailScale: fallback, tailShape: 0 }
  const mean = excesses.reduce((sum, value) => sum + value, 0) / n
  if (n < fewestForShape) return { tailScale: mean, tailShape: 0 }
  // E[excess × survival] with plotting positions (i − 0.35) / n.
  const weighted = excesses.reduce((sum, value, i) => sum + value * (1 - (i + 0.65) / n), 0) / n
  const ratio = mean / (mean - 2 * weighted)
  const tailShape = Math.min(Math.max(2 - ratio, 0), 0.9)
  return { tailScale: mean * (1 - tailShape), tailShape }
}

/** A stand-in for the scale of a tail without members: all high scores are equal. */
function spreadOf(sorted: Float64Array): number {
  const range = sorted[sorted.length - 1]! - sorted[0]!
  return range > 0 ? range / 100 : 1e-9 + Math.abs(sorted[0]!) * 1e-6
}
