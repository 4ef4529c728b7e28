import type { PackedGradients } from './packed-gradients.ts'

/** Second-order regularisation, as in XGBoost (Chen and Guestrin, 2016, https://doi.org/10.1145/2939672.2939785) and LightGBM. */
export interface GradientLimits {
  /** L2 on leaf values. */
  readonly lambda: number
  /** L1 on leaf values. */
  readonly alpha: number
  readonly minHessian: number
  readonly minRows: number
  /** A split must win more than this. */
  readonly minGain: number
}

export interface CategoricalLimits {
  /** Up to this many categories are split one against the rest. */
  readonly maxOneHot: number
  /** Most categories on the smaller side. */
  readonly maxLeft: number
  /** Categories of fewer rows are left out; the same number smooths the ranking of the others. */
  readonly smooth: number
  /** More L2 for splits by sorted categories. */
  readonly lambda: number
  /** Fewest rows between two tries in the sorted order. */
  readonly minRowsPerGroup: number
}

/** The units of packed sums, in which splits are searched. */
export interface PackedUnits {
  readonly gradient: number
  readonly hessian: number
  /** Of gradient² / hessian. */
  readonly gain: number
}

export function unitsOf({ gradientUnit, hessianUnit }: PackedGradients): PackedUnits {
  return { gradient: gradientUnit, hessian: hessianUnit, gain: (gradientUnit * gradientUnit) / hessianUnit }
}

/** The same limits, for packed sums. */
export function limitsIn(units: PackedUnits, limits: GradientLimits): GradientLimits {
  return {
    lambda: limits.lambda / units.hessian,
    alpha: limits.alpha / units.gradient,
    minHessian: limits.minHessian / units.hessian,
    minRows: limits.minRows,
    minGain: limits.minGain / units.gain,
  }
}

/** The gradient sum after the L1 penalty. */
export function softened(gradient: number, alpha: number): number {
  if (alpha === 0) return gradient
  return gradient > alpha ? gradient - alpha : gradient < -alpha ? gradient + alpha : 0
}

/** Twice what the best leaf value takes off the loss. */
export function score(gradient: number, hessian: number, lambda: number, alpha: number): number {
  const g = softened(gradient, alpha)
  return (g * g) / (hessian + lambda)
}

export function leafValue(gradient: number, hessian: number, lambda: number, alpha: number): number {
  return -softened(gradient, alpha) / (hessian + lambda)
}
