import { type Matrix, matrix, takeRows } from '../matrix.ts'
import { solveOneClass } from '../svm/one-class-solver.ts'
import { defineDetector, type DetectorCore } from './definition.ts'
import { packFloats, type PackedNumbers, unpackFloats } from './packed-array.ts'

interface OneClassSvmParams {
  readonly nu: number
  /** `scale` = 1 / (columns × variance), `auto` = 1 / columns, as scikit-learn. */
  readonly gamma: number | 'scale' | 'auto'
  readonly tolerance: number
  readonly maxIterations: number
}

interface OneClassSvmState {
  readonly gamma: number
  readonly rho: number
  readonly weights: PackedNumbers
  readonly vectors: PackedNumbers
  readonly columns: number
}

/** The boundary that was learnt: Σ weightⱼ K(vectorⱼ, x) = rho. */
interface Boundary {
  readonly gamma: number
  readonly rho: number
  readonly weights: Float64Array
  readonly vectors: Matrix
}

/**
 * Schölkopf, Platt, Shawe-Taylor, Smola and Williamson, "Estimating the Support of a High-Dimensional Distribution",
 * 2001, with an RBF kernel. The score is the negated decision value: above 0 outside the boundary.
 *
 * Contributions add up to score + Σ weights − rho = Σ weightⱼ (1 − Kⱼ), a constant above the score: each support
 * vector's term is shared out in proportion to the features' parts of the squared distance to it.
 */
export const oneClassSvm = defineDetector<OneClassSvmParams, OneClassSvmState>({
  algorithm: 'one-class-svm',
  parameters: {
    nu: { default: 0.1, range: [1e-6, 1] },
    gamma: { default: 'scale', range: [1e-12, 1e12], words: ['scale', 'auto'] },
    tolerance: { default: 1e-3, range: [1e-12, 1] },
    maxIterations: { default: 1_000_000, range: [1, 1e9], whole: true },
  },
  fit(x, params) {
    const gamma = gammaFor(x, params.gamma)
    const { alpha, rho, decision } = solveOneClass(x, { ...params, gamma })
    const support = Int32Array.from(alpha.keys()).filter((i) => alpha[i]! > 0)
    const boundary = {
      gamma,
      rho,
      weights: Float64Array.from(support, (i) => alpha[i]!),
      vectors: takeRows(x, support),
    }
    return { core: coreOf(boundary), trainingScores: decision.map((value) => -value) }
  },
  load({ gamma, rho, weights, vectors, columns }) {
    const values = unpackFloats(weights)
    return coreOf({
      gamma,
      rho,
      weights: values,
      vectors: matrix(values.length, columns, unpackFloats(vectors)),
    })
  },
})

function coreOf(boundary: Boundary): DetectorCore<OneClassSvmState> {
  const { gamma, rho, weights, vectors } = boundary
  return {
    score: (x) => walkVectors(boundary, x, null),
    explain(x) {
      const contributions = matrix(x.rows, x.columns)
      return { scores: walkVectors(boundary, x, contributions), contributions }
    },
    toState: () => ({
      gamma,
      rho,
      weights: packFloats(weights),
      vectors: packFloats(vectors.data),
      columns: vectors.columns,
    }),
  }
}

/** Scores of all rows; `shares`, where given, collects each feature's part of them. */
function walkVectors(
  { gamma, rho, weights, vectors }: Boundary,
  x: Matrix,
  shares: Matrix | null,
): Float64Array {
  const { columns } = x
  const scores = new Float64Array(x.rows).fill(rho)
  const squares = new Float64Array(columns)
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < weights.length; j++) {
      let distance = 0
      for (let k = 0; k < columns; k++) {
        const gap = x.data[i * columns + k]! - vectors.data[j * columns + k]!
        distance += squares[k] = gap * gap
      }
      const likeness = weights[j]! * Math.exp(-gamma * distance)
      scores[i]! -= likeness
      if (shares === null || distance === 0) continue
      const perSquare = (weights[j]! - likeness) / distance
      for (let k = 0; k < columns; k++) shares.data[i * columns + k]! += perSquare * squares[k]!
    }
  return scores
}

function gammaFor(x: Matrix, gamma: OneClassSvmParams['gamma']): number {
  if (typeof gamma === 'number') return gamma
  if (gamma === 'auto') return 1 / x.columns
  const count = x.data.length
  const mean = x.data.reduce((sum, value) => sum + value, 0) / count
  const variance = x.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
  return variance > 0 ? 1 / (x.columns * variance) : 1 / x.columns
}
