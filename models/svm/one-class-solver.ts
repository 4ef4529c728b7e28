import type { Matrix } from '../matrix.ts'
import { createKernelRows } from './kernel-rows.ts'

export interface OneClassProblem {
  /** Upper bound on the share of outliers, lower bound on that of support vectors; in (0, 1]. */
  readonly nu: number
  readonly gamma: number
  /** Largest violation of the optimality conditions that is left. */
  readonly tolerance: number
  readonly maxIterations: number
}

export interface OneClassSolution {
  /** n weights in [0, 1]; those above 0 belong to support vectors. */
  readonly alpha: Float64Array
  readonly rho: number
  /** Decision value of each row: Σ αⱼ K(xⱼ, xᵢ) − rho. */
  readonly decision: Float64Array
  readonly iterations: number
}

/** Stands in for a curvature that rounding made zero or negative, as in LIBSVM. */
const leastCurvature = 1e-12

/**
 * Minimises ½ αᵀKα with 0 ≤ α ≤ 1 and Σα = nu·n by sequential minimal optimisation with second-order working sets
 * (Schölkopf et al. 2001; Fan, Chen and Lin, "Working Set Selection Using Second Order Information", JMLR 2005).
 * Starts where LIBSVM starts and breaks ties as it does, so that both stop at the same place.
 */
export function solveOneClass(
  x: Matrix,
  { nu, gamma, tolerance, maxIterations }: OneClassProblem,
): OneClassSolution {
  const n = x.rows
  const kernel = createKernelRows(x, gamma)
  const alpha = startingPoint(n, nu)
  const gradient = new Float64Array(n)
  for (let i = 0; i < n; i++) if (alpha[i]! > 0) addScaled(gradient, kernel.at(i), alpha[i]!)

  let iterations = 0
  for (; iterations < maxIterations; iterations++) {
    const up = steepestAscent(alpha, gradient)
    if (up < 0) break
    const rowUp = kernel.at(up)
    const down = bestPartner(alpha, gradient, rowUp, -gradient[up]!, tolerance)
    if (down < 0) break
    const rowDown = kernel.at(down)
    const curvature = Math.max(2 - 2 * rowUp[down]!, leastCurvature)
    const step = stepWithinBounds((gradient[down]! - gradient[up]!) / curvature, alpha[up]!, alpha[down]!)
    alpha[up] = step.up
    alpha[down] = step.down
    for (let t = 0; t < n; t++) gradient[t]! += rowUp[t]! * step.changeUp + rowDown[t]! * step.changeDown
  }
  const rho = offset(alpha, gradient)
  return { alpha, rho, decision: gradient.map((value) => value - rho), iterations }
}

function startingPoint(n: number, nu: number): Float64Array {
  const alpha = new Float64Array(n)
  const full = Math.floor(nu * n)
  alpha.fill(1, 0, full)
  if (full < n) alpha[full] = nu * n - full
  return alpha
}

function addScaled(target: Float64Array, values: Float32Array, factor: number): void {
  for (let t = 0; t < target.length; t++) target[t]! += factor * values[t]!
}

/** The row below its upper bound with the smallest gradient, the last of equals; −1 when all are at it. */
function steepestAscent(alpha: Float64Array, gradient: Float64Array): number {
  let best = -1
  let least = Infinity
  for (let t = 0; t < alpha.length; t++)
    if (alpha[t]! < 1 && gradient[t]! <= least) {
      least = gradient[t]!
      best = t
    }
  return best
}

/** The row whose pairing with `up` promises the largest decrease; −1 when no pair violates the tolerance. */
function bestPartner(
  alpha: Float64Array,
  gradient: Float64Array,
  rowUp: Float32Array,
  violationUp: number,
  tolerance: number,
): number {
  let best = -1
  let largest = -Infinity
  let mostDecrease = Infinity
  for (let t = 0; t < alpha.length; t++) {
    if (alpha[t]! <= 0) continue
    const slope = gradient[t]!
    if (slope > largest) largest = slope
    const gap = violationUp + slope
    if (gap <= 0) continue
    const curvature = 2 - 2 * rowUp[t]!
    const decrease = -(gap * gap) / (curvature > 0 ? curvature : leastCurvature)
    if (decrease <= mostDecrease) {
      mostDecrease = decrease
      best = t
    }
  }
  return violationUp + largest < tolerance ? -1 : best
}

interface Step {
  readonly up: number
  readonly down: number
  readonly changeUp: number
  readonly changeDown: number
}

/** Moves `delta` of weight from `down` to `up`, cut where one of them meets a bound; the sum stays. */
function stepWithinBounds(delta: number, oldUp: number, oldDown: number): Step {
  const sum = oldUp + oldDown
  let up = oldUp + delta
  let down = oldDown - delta
  if (sum > 1) {
    if (up > 1) [up, down] = [1, sum - 1]
    if (down > 1) [up, down] = [sum - 1, 1]
  } else {
    if (down < 0) [up, down] = [sum, 0]
    if (up < 0) [up, down] = [0, sum]
  }
  return { up, down, changeUp: up - oldUp, changeDown: down - oldDown }
}

/** The mean gradient of the rows strictly within bounds; without any, the middle of what the bounds allow. */
function offset(alpha: Float64Array, gradient: Float64Array): number {
  let free = 0
  let sum = 0
  let upper = Infinity
  let lower = -Infinity
  for (let t = 0; t < alpha.length; t++) {
    const slope = gradient[t]!
    if (alpha[t]! >= 1) lower = Math.max(lower, slope)
    else if (alpha[t]! <= 0) upper = Math.min(upper, slope)
    else {
      free++
      sum += slope
    }
  }
  if (free > 0) return sum / free
  // With every row at the same bound only one side is known.
  if (upper === Infinity) return lower
  return lower === -Infinity ? upper : (upper + lower) / 2
}
