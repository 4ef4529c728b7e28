import { ModelInputError } from '../errors.ts'
import { expectColumns, type Matrix } from '../matrix.ts'
import type { FeatureColumn, TrainingSet } from './classifier.ts'

/** Codes are addressed directly, so they must not run away. */
const greatestCode = 65_535

/** @throws ModelInputError on anything that tree learners cannot learn from. */
export function expectTrainable(data: TrainingSet): void {
  expectLabelled(data)
  if (new Set(data.y).size < 2)
    throw new ModelInputError(`Expected at least 2 classes in the training rows, got only class ${data.y[0]}`)
  expectCodes(data.x, data.features)
}

/** @throws ModelInputError on labels, weights or values that do not fit together. */
export function expectLabelled({ x, y, classes, features, weights }: TrainingSet): void {
  if (x.rows === 0) throw new ModelInputError('Expected at least 1 row, got 0')
  expectColumns(x, features.length)
  if (y.length !== x.rows) throw new ModelInputError(`Expected ${x.rows} labels, got ${y.length}`)
  if (!Number.isInteger(classes) || classes < 2)
    throw new ModelInputError(`Expected at least 2 classes, got ${classes}`)
  const stray = y.findIndex((label) => label < 0 || label >= classes)
  if (stray >= 0)
    throw new ModelInputError(`Expected labels below ${classes}, got ${y[stray]} in row ${stray}`)
  if (weights) {
    if (weights.length !== x.rows)
      throw new ModelInputError(`Expected ${x.rows} sample weights, got ${weights.length}`)
    const bad = weights.findIndex((weight) => !(weight > 0 && weight < Infinity))
    if (bad >= 0)
      throw new ModelInputError(`Expected sample weights above 0, got ${weights[bad]} in row ${bad}`)
  }
  expectFinite(x, features)
}

/** @throws ModelInputError on an infinite value. */
export function expectFinite(x: Matrix, features: readonly FeatureColumn[]): void {
  for (let i = 0; i < x.data.length; i++) {
    const value = x.data[i]!
    if (value === Infinity || value === -Infinity) throw unusable(x, features, i, 'a finite number or NaN')
  }
}

/** @throws ModelInputError on a category code that is not a whole number from 0 to 65,535. */
function expectCodes(x: Matrix, features: readonly FeatureColumn[]): void {
  features.forEach(({ kind }, f) => {
    if (kind === 'numeric') return
    for (let i = f; i < x.data.length; i += x.columns) {
      const code = x.data[i]!
      if (!Number.isNaN(code) && !(Number.isInteger(code) && code >= 0 && code <= greatestCode))
        throw unusable(x, features, i, `a whole code from 0 to ${greatestCode} or NaN`)
    }
  })
}

function unusable(
  x: Matrix,
  features: readonly FeatureColumn[],
  at: number,
  allowed: string,
): ModelInputError {
  const feature = features[at % x.columns]!.name
  const row = Math.floor(at / x.columns)
  return new ModelInputError(`Expected ${feature} to be ${allowed}, got ${x.data[at]} in row ${row}`)
}

export type ClassWeighting = 'none' | 'balanced'

/** Sample weights times class weights; `balanced` gives every class the same total, as scikit-learn does: n / (classes × count). */
export function rowWeights(data: TrainingSet, weighting: ClassWeighting): Float64Array {
  const weights = data.weights ? Float64Array.from(data.weights) : new Float64Array(data.x.rows).fill(1)
  if (weighting === 'none') return weights
  const counts = new Int32Array(data.classes)
  for (const label of data.y) counts[label]!++
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
  data.y.forEach((label, i) => (weights[i]! *= data.y.length / (present * counts[label]!)))
  return weights
}
