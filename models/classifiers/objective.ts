import { sigmoid, type Link } from './link.ts'

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
  readonly #shares: Float64Array

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
    this.#shares = new Float64Array(classes)
  }

  /**
   * @param margins `margins × rows`
   * @param boosts per row what sampling multiplies its weight by; null = 1
   * @param out per margin: gradient and hessian of each row, interleaved
   */
  gradients(margins: Float64Array, boosts: Float64Array | null, out: readonly Float64Array[]): void {
    const shares = this.#shares
    const y = this.#y
    const rows = y.length
    for (let i = 0; i < rows; i++) {
      const weight = boosts ? this.#weights[i]! * boosts[i]! : this.#weights[i]!
      const label = y[i]!
      if (this.link === 'logistic') {
        const p = sigmoid(margins[i]!)
        this.#put(out[0]!, i, p, label, weight)
        continue
      }
      softmax(margins, i, rows, shares)
      for (let k = 0; k < shares.length; k++) this.#put(out[k]!, i, shares[k]!, label === k ? 1 : 0, weight)
    }
  }

  #put(out: Float64Array, i: number, p: number, target: number, weight: number): void {
    const hessian = Math.max(p * (1 - p), leastHessian) * this.#hessianFactor
    out[2 * i] = this.#quantised((p - target) * weight)
    out[2 * i + 1] = Math.max(this.#quantised(hessian * weight), this.#quantum)
  }

  /** Next to 2⁵² + 2⁵¹ quanta doubles are whole quanta apart, so the sum rounds and the difference is exact. */
  #quantised(value: number): number {
    return value + this.#rounder - this.#rounder
  }
}

/** The shares of row `i`, whose margins are `rows` apart. */
function softmax(margins: Float64Array, i: number, rows: number, shares: Float64Array): void {
  const classes = shares.length
  let greatest = -Infinity
  for (let k = 0, at = i; k < classes; k++, at += rows) if (margins[at]! > greatest) greatest = margins[at]!
  let sum = 0
  for (let k = 0, at = i; k < classes; k++, at += rows) sum += shares[k] = Math.exp(margins[at]! - greatest)
  for (let k = 0; k < classes; k++) shares[k]! /= sum
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
