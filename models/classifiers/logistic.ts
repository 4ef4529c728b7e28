import { expectColumns, matrix, type Matrix } from '../matrix.ts'
import { fitPreparation, prepare, sourceFeatures, type Preparation } from '../validation/preparation.ts'
import type {
  Classifier,
  ClassifierArtifact,
  Explanation,
  FitOptions,
  FittedClassifier,
  Params,
  TrainingSet,
} from './classifier.ts'
import { minimise } from './lbfgs.ts'
import { decodeLogistic, type LogisticState } from './logistic-state.ts'
import { real, settle, whole, type Settled } from './parameters.ts'
import { expectFinite, expectTrainable } from './training-set.ts'

const engine = 'native-ts'

/** Names and defaults of scikit-learn's LogisticRegression, but for the tighter tolerance. */
const table = {
  C: real(1, 1e-9),
  max_iter: whole(500, 1),
  tol: real(1e-6, 1e-12),
}

type LogisticParams = Settled<typeof table>

/**
 * Multinomial logistic regression with a ridge penalty: minimises Σ weight × log-loss + ‖W‖² / (2C), intercepts free.
 * Imputes, standardises and encodes by itself, from the rows it is fitted on.
 * @throws ModelInputError on parameters out of range
 */
export function createLogistic(params: Params = {}): Classifier {
  const settled = settle('logistic', table, params)
  return {
    algorithm: 'logistic',
    engine,
    params: settled,
    fit: (data, options) =>
      fittedLogistic(settled, data.classes, data.features, learn(data, settled, options)),
  }
}

/** The model that `toJSON` wrote. @throws ModelInputError on a state that it cannot have written */
export function loadLogistic(artifact: ClassifierArtifact): FittedClassifier {
  const { params, classes, features } = artifact
  return fittedLogistic(params, classes, features, decodeLogistic(artifact.state, classes, features))
}

function learn(data: TrainingSet, params: LogisticParams, { onProgress }: FitOptions): LogisticState {
  expectTrainable(data)
  const preparation = fitPreparation(data.x, data.features)
  const design = prepare(preparation, data.x)
  const { columns: width } = design
  const start = new Float64Array(data.classes * (width + 1))
  const solution = minimise(start, ridgeLoss(design, data, 1 / params.C), {
    maxIterations: params.max_iter,
    tolerance: params.tol,
    ...(onProgress && { onProgress }),
  })
  onProgress?.(1)
  const weights = solution.subarray(0, data.classes * width)
  const centre = columnMeans(design)
  return {
    preparation,
    weights: [...weights],
    intercepts: [...solution.subarray(data.classes * width)],
    centre: [...centre],
    importance: [...meanContributions(design, weights, centre, preparation)],
  }
}

/** Loss and gradient over (weights, intercepts), divided by the number of rows so that the tolerance has one meaning. */
function ridgeLoss(design: Matrix, { y, classes, weights }: TrainingSet, ridge: number) {
  const { rows, columns: width, data: cells } = design
  const margins = new Float64Array(classes)
  return (at: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0)
    let loss = 0
    for (let i = 0; i < rows; i++) {
      const weight = weights ? weights[i]! : 1
      fillMargins(design, i, at, margins)
      const total = logSumExp(margins)
      loss += weight * (total - margins[y[i]!]!)
      for (let c = 0; c < classes; c++) {
        const error = weight * (Math.exp(margins[c]! - total) - (c === y[i] ? 1 : 0))
        gradient[classes * width + c]! += error
        const start = c * width
        const cell = i * width
        for (let j = 0; j < width; j++) gradient[start + j]! += error * cells[cell + j]!
      }
    }
    for (let k = 0; k < classes * width; k++) {
      loss += (ridge / 2) * at[k]! ** 2
      gradient[k]! += ridge * at[k]!
    }
    for (let k = 0; k < gradient.length; k++) gradient[k]! /= rows
    return loss / rows
  }
}

/** @param at weights of all classes, then intercepts */
function fillMargins(design: Matrix, i: number, at: ArrayLike<number>, margins: Float64Array): void {
  const { columns: width, data } = design
  const classes = margins.length
  for (let c = 0; c < classes; c++) {
    let margin = at[classes * width + c]!
    for (let j = 0; j < width; j++) margin += at[c * width + j]! * data[i * width + j]!
    margins[c] = margin
  }
}

function logSumExp(values: Float64Array): number {
  let largest = -Infinity
  for (const value of values) largest = Math.max(largest, value)
  let sum = 0
  for (const value of values) sum += Math.exp(value - largest)
  return largest + Math.log(sum)
}

function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  const means = new Float64Array(columns)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) means[j]! += data[i * columns + j]! / rows
  return means
}

/** Per feature, the mean |contribution| over rows and classes, scaled to sum 1. */
function meanContributions(
  design: Matrix,
  weights: Float64Array,
  centre: Float64Array,
  preparation: Preparation,
): Float64Array {
  const { rows, columns: width, data } = design
  const source = sourceFeatures(preparation)
  const sums = new Float64Array(preparation.columns.length)
  const values = new Float64Array(sums.length)
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < weights.length / width; c++) {
      values.fill(0)
      for (let j = 0; j < width; j++)
        values[source[j]!]! += weights[c * width + j]! * (data[i * width + j]! - centre[j]!)
      values.forEach((value, f) => (sums[f]! += Math.abs(value)))
    }
  const total = sums.reduce((a, b) => a + b, 0)
  return total === 0 ? sums : sums.map((sum) => sum / total)
}

function fittedLogistic(
  params: Params,
  classes: number,
  features: FittedClassifier['features'],
  state: LogisticState,
): FittedClassifier {
  const { preparation } = state
  const solution = Float64Array.of(...state.weights, ...state.intercepts)
  const readable = (x: Matrix): Matrix => {
    expectColumns(x, features.length)
    expectFinite(x, features)
    return prepare(preparation, x)
  }
  const marginsOf = (design: Matrix): Matrix => {
    const out = matrix(design.rows, classes)
    for (let i = 0; i < design.rows; i++)
      fillMargins(design, i, solution, out.data.subarray(i * classes, (i + 1) * classes))
    return out
  }
  return {
    algorithm: 'logistic',
    engine,
    params,
    classes,
    features,
    predictProbability(x) {
      const out = marginsOf(readable(x))
      for (let i = 0; i < out.rows; i++) {
        const margins = out.data.subarray(i * classes, (i + 1) * classes)
        const total = logSumExp(margins)
        for (let c = 0; c < classes; c++) margins[c] = Math.exp(margins[c]! - total)
      }
      return out
    },
    explain: (x) => explainLinear(readable(x), marginsOf, classes, state),
    importance: () => Float64Array.from(state.importance),
    toJSON: () => ({ kind: 'classifier', algorithm: 'logistic', engine, params, classes, features, state }),
  }
}

/** Shapley values of a linear model with independent features: weight × (value − mean) (Štrumbelj and Kononenko 2014). */
function explainLinear(
  design: Matrix,
  marginsOf: (design: Matrix) => Matrix,
  classes: number,
  { preparation, weights, centre }: LogisticState,
): Explanation {
  const { rows, columns: width, data } = design
  const features = preparation.columns.length
  const source = sourceFeatures(preparation)
  const values = new Float64Array(rows * classes * features)
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < classes; c++)
      for (let j = 0; j < width; j++)
        values[(i * classes + c) * features + source[j]!]! +=
          weights[c * width + j]! * (data[i * width + j]! - centre[j]!)
  const base = marginsOf(matrix(1, width, Float64Array.from(centre))).data
  return { outputSpace: 'raw_margin', base, values, output: marginsOf(design) }
}
