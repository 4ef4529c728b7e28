import { exponential } from './exponential.ts'
import type { Link } from './link.ts'

/** A Newton step needs curvature: hessians are kept above one part in 10¹² of the greatest. */
const leastHessian = 1e-12

/**
 * Log-loss of `margins` margins per row: one of the logistic link for two classes, else one softmax margin per class.
 * Gradients are rounded to whole quanta, which makes sums of them exact and independent of order.
 */
export class LogLoss {
  readonly link: Link
  readonly margins: number
  readonly #y: Int32Array
  readonly #weights: Float64Array
  readonly #hessianFactor: number
  readonly #quantum: number
  readonly #rounder: number
  /** By class its share over that of class 0. */
  readonly #odds: Float64Array

  /**
   * @param hessianFactor scales p(1 − p) of the softmax: 2 in XGBoost, K / (K − 1) in LightGBM
   * @param greatestBoost by how much sampling may multiply a row's weight
   */
  constructor(
    y: Int32Array,
    classes: number,
    weights: Float64Array,
    hessianFactor: number,
    greatestBoost = 1,
  ) {
    this.link = classes === 2 ? 'logistic' : 'softmax'
    this.margins = classes === 2 ? 1 : classes
    this.#y = y
    this.#weights = weights
    this.#hessianFactor = classes === 2 ? 1 : hessianFactor
    const greatest = weights.reduce((most, weight) => Math.max(most, weight), 0)
    this.#quantum = quantumFor(y.length, greatest * greatestBoost * hessianFactor)
    this.#rounder = this.#quantum * 1.5 * 2 ** 52
    this.#odds = new Float64Array(classes).fill(1)
  }

  /**
   * @param margins `margins × rows`
   * @param boosts per row what sampling multiplies its weight by; null = 1
   * @param out per margin: gradient and hessian of each row, interleaved
   */
  gradients(margins: Float64Array, boosts: Float64Array | null, out: readonly Float64Array[]): void {
    const odds = this.#odds
    const y = this.#y
    const weights = this.#weights
    const factor = this.#hessianFactor
    const quantum = this.#quantum
    const rounder = this.#rounder
    const rows = y.length
    const classes = odds.length
    // Only differences of margins matter. The logistic link has one alone: that of class 1 to class 0.
    const first = this.link === 'logistic' ? 1 : 0
    for (let i = 0; i < rows; i++) {
      const reference = first === 1 ? 0 : margins[i]!
      let sum = 1
      for (let k = 1; k < classes; k++) {
        const own = exponential(margins[(k - first) * rows + i]! - reference)
        odds[k] = own
        sum += own
      }
      const weight = boosts ? weights[i]! * boosts[i]! : weights[i]!
      const label = y[i]!
      for (let k = first; k < classes; k++) {
        const own = out[k - first]!
        const p = odds[k]! / sum
        const curvature = p * (1 - p)
        // Next to 2⁵² + 2⁵¹ quanta doubles are whole quanta apart, so the sum rounds and the difference is exact.
        const hessian =
          (curvature > leastHessian ? curvature : leastHessian) * factor * weight + rounder - rounder
        own[2 * i] = (p - (Number(label === k) | 0)) * weight + rounder - rounder
        own[2 * i + 1] = hessian > quantum ? hessian : quantum
      }
    }
  }
}

/** Weighted mean log-loss of raw margins, `margins × rows`. */
export function logLoss(
  link: Link,
  margins: Float64Array,
  y: Int32Array,
  weights: Float64Array | undefined,
): number {
  const rows = y.length
  const classes = margins.length / rows
  let loss = 0
  let total = 0
  for (let i = 0; i < rows; i++) {
    const weight = weights ? weights[i]! : 1
    total += weight
    loss +=
      weight *
      (link === 'logistic' ? logisticLoss(margins[i]!, y[i]!) : softmaxLoss(margins, i, y[i]!, rows, classes))
  }
  return loss / total
}

function logisticLoss(margin: number, label: number): number {
  const towards = label === 1 ? margin : -margin
  return towards > 0 ? Math.log1p(Math.exp(-towards)) : Math.log1p(Math.exp(towards)) - towards
}

function softmaxLoss(margins: Float64Array, i: number, label: number, rows: number, classes: number): number {
  let greatest = -Infinity
  for (let k = 0; k < classes; k++) greatest = Math.max(greatest, margins[i + k * rows]!)
  let sum = 0
  for (let k = 0; k < classes; k++) sum += Math.exp(margins[i + k * rows]! - greatest)
  return Math.log(sum) + greatest - margins[i + label * rows]!
}

/** The margins at which every row gets the weighted class shares; a class without rows gets a millionth of a row. */
export function priorMargins(y: Int32Array, classes: number, weights: Float64Array): number[] {
  const sums = new Float64Array(classes).fill(1e-6)
  y.forEach((label, i) => (sums[label]! += weights[i]!))
  const total = sums.reduce((a, b) => a + b)
  return classes === 2 ? [Math.log(sums[1]! / sums[0]!)] : Array.from(sums, (sum) => Math.log(sum / total))
}

/**
 * The unit to which gradients are rounded so that a sum of `rows` of them is exact in double precision: 2⁻⁵¹ of the greatest
 * possible sum, which is 2⁻³⁴ for 100,000 rows of weight 1.
 */
function quantumFor(rows: number, greatest: number): number {
  return 2 ** (Math.ceil(Math.log2(rows * greatest)) - 51)
}
