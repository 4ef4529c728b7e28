import { quantumFor } from '../trees/histogram.ts'
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
   * @param margins `rows × margins`
   * @param boosts per row what sampling multiplies its weight by; null = 1
   * @param out per margin: gradient and hessian of each row, interleaved
   */
  gradients(margins: Float64Array, boosts: Float64Array | null, out: readonly Float64Array[]): void {
    const shares = this.#shares
    for (let i = 0; i < this.#y.length; i++) {
      const weight = boosts ? this.#weights[i]! * boosts[i]! : this.#weights[i]!
      if (this.link === 'logistic') shares[0] = sigmoid(margins[i]!)
      else this.#softmax(margins, i)
      for (let k = 0; k < this.margins; k++) {
        const p = shares[k]!
        const target = this.link === 'logistic' ? this.#y[i]! : this.#y[i] === k ? 1 : 0
        const hessian = Math.max(p * (1 - p), leastHessian) * this.#hessianFactor
        out[k]![2 * i] = this.#quantised((p - target) * weight)
        out[k]![2 * i + 1] = Math.max(this.#quantised(hessian * weight), this.#quantum)
      }
    }
  }

  #softmax(margins: Float64Array, i: number): void {
    const shares = this.#shares
    const at = i * this.margins
    let greatest = -Infinity
    for (let k = 0; k < this.margins; k++) if (margins[at + k]! > greatest) greatest = margins[at + k]!
    let sum = 0
    for (let k = 0; k < this.margins; k++) sum += shares[k] = Math.exp(margins[at + k]! - greatest)
    for (let k = 0; k < this.margins; k++) shares[k]! /= sum
  }

  /** Next to 2⁵² + 2⁵¹ quanta doubles are whole quanta apart, so the sum rounds and the difference is exact. */
  #quantised(value: number): number {
    return value + this.#rounder - this.#rounder
  }
}

/** Weighted mean log-loss of raw margins. */
export function logLoss(
  link: Link,
  margins: Float64Array,
  y: Int32Array,
  weights: Float64Array | undefined,
): number {
  const width = y.length === 0 ? 1 : margins.length / y.length
  let loss = 0
  let total = 0
  for (let i = 0; i < y.length; i++) {
    const weight = weights ? weights[i]! : 1
    total += weight
    loss +=
      weight *
      (link === 'logistic' ? logisticLoss(margins[i]!, y[i]!) : softmaxLoss(margins, i * width, width, y[i]!))
  }
  return loss / total
}

function logisticLoss(margin: number, label: number): number {
  const towards = label === 1 ? margin : -margin
  return towards > 0 ? Math.log1p(Math.exp(-towards)) : Math.log1p(Math.exp(towards)) - towards
}

function softmaxLoss(margins: Float64Array, at: number, width: number, label: number): number {
  let greatest = -Infinity
  for (let k = 0; k < width; k++) greatest = Math.max(greatest, margins[at + k]!)
  let sum = 0
  for (let k = 0; k < width; k++) sum += Math.exp(margins[at + k]! - greatest)
  return Math.log(sum) + greatest - margins[at + label]!
}

/** The margins at which every row gets the weighted class shares; a class without rows gets a millionth of a row. */
export function priorMargins(y: Int32Array, classes: number, weights: Float64Array): number[] {
  const sums = new Float64Array(classes).fill(1e-6)
  y.forEach((label, i) => (sums[label]! += weights[i]!))
  const total = sums.reduce((a, b) => a + b)
  return classes === 2 ? [Math.log(sums[1]! / sums[0]!)] : Array.from(sums, (sum) => Math.log(sum / total))
}
