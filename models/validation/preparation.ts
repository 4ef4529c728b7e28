import type { FeatureColumn } from '../classifiers/classifier.ts'
import { ModelInputError } from '../errors.ts'
import { expectColumns, matrix, type Matrix } from '../matrix.ts'

/**
 * What imputing, scaling and encoding learned from the training rows; plain JSON. A numeric feature becomes one column:
 * the median where missing, then (value − mean) / standard deviation. A categorical feature becomes one 0/1 column per
 * level; a level that was not seen in training is 0 in all of them.
 */
export interface Preparation {
  readonly columns: readonly PreparedColumn[]
  readonly width: number
}

type PreparedColumn =
  | { readonly kind: 'numeric'; readonly median: number; readonly mean: number; readonly deviation: number }
  | { readonly kind: 'categorical'; readonly levels: readonly number[] }

/** Learns from the rows of `x` only. A column that is missing in every row, or constant, becomes 0 everywhere. */
export function fitPreparation(x: Matrix, features: readonly FeatureColumn[]): Preparation {
  expectColumns(x, features.length)
  if (x.rows === 0) throw new ModelInputError('Expected at least 1 row to learn from, got 0')
  const columns = features.map((feature, j) => {
    const values = knownValues(x, j, feature.name)
    return feature.kind === 'numeric' ? fitNumeric(values, x.rows) : fitLevels(values)
  })
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0)
  return { columns, width }
}

/** `rows × width` numbers without NaN. @throws ModelInputError on another width. */
export function prepare(preparation: Preparation, x: Matrix): Matrix {
  const { columns, width } = preparation
  expectColumns(x, columns.length)
  const out = matrix(x.rows, width)
  let offset = 0
  columns.forEach((column, j) => {
    for (let i = 0; i < x.rows; i++) {
      const value = x.data[i * x.columns + j]!
      const target = i * width + offset
      if (column.kind === 'numeric') out.data[target] = scaled(column, value)
      else {
        const level = column.levels.indexOf(value)
        if (level >= 0) out.data[target + level] = 1
      }
    }
    offset += widthOf(column)
  })
  return out
}

/** Per prepared column, the feature that it came from. */
export function sourceFeatures({ columns, width }: Preparation): Int32Array {
  const source = new Int32Array(width)
  let offset = 0
  columns.forEach((column, j) => {
    source.fill(j, offset, offset + widthOf(column))
    offset += widthOf(column)
  })
  return source
}

function widthOf(column: PreparedColumn): number {
  return column.kind === 'numeric' ? 1 : column.levels.length
}

function scaled(column: Extract<PreparedColumn, { kind: 'numeric' }>, value: number): number {
  if (column.deviation === 0) return 0
  return ((Number.isNaN(value) ? column.median : value) - column.mean) / column.deviation
}

function knownValues(x: Matrix, column: number, name: string): Float64Array {
  const values: number[] = []
  for (let i = 0; i < x.rows; i++) {
    const value = x.data[i * x.columns + column]!
    if (Number.isNaN(value)) continue
    if (!Number.isFinite(value))
      throw new ModelInputError(`Expected finite numbers or NaN in ${name}, got ${value} in row ${i}`)
    values.push(value)
  }
  return Float64Array.from(values).sort()
}

/** Mean and deviation are those of the column after imputing. */
function fitNumeric(sorted: Float64Array, rows: number): PreparedColumn {
  if (sorted.length === 0) return { kind: 'numeric', median: 0, mean: 0, deviation: 0 }
  const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
  const imputed = rows - sorted.length
  let sum = imputed * median
  for (const value of sorted) sum += value
  const mean = sum / rows
  let squares = imputed * (median - mean) ** 2
  for (const value of sorted) squares += (value - mean) ** 2
  const constant = sorted[0] === sorted.at(-1)
  return { kind: 'numeric', median, mean, deviation: constant ? 0 : Math.sqrt(squares / rows) }
}

function fitLevels(sorted: Float64Array): PreparedColumn {
  return { kind: 'categorical', levels: [...new Set(sorted)] }
}
