import { ModelInputError } from '../errors.ts'
import type { Preparation } from '../validation/preparation.ts'
import type { FeatureColumn } from './classifier.ts'

/** Plain numbers: `weights` is `classes × width` of the prepared columns, row-major. */
export interface LogisticState {
  readonly preparation: Preparation
  readonly weights: readonly number[]
  readonly intercepts: readonly number[]
  /** Mean of each prepared column over the training rows: where a contribution is 0. */
  readonly centre: readonly number[]
  /** Per feature, the share in the mean |contribution| over the training rows. */
  readonly importance: readonly number[]
}

type PreparedColumn = Preparation['columns'][number]
type Fields = Readonly<Record<string, unknown>>

/** @throws ModelInputError on a state that does not fit these classes and features */
export function decodeLogistic(
  state: unknown,
  classes: number,
  features: readonly FeatureColumn[],
): LogisticState {
  const { preparation, weights, intercepts, centre, importance } = expectFields(
    state,
    'the state of logistic',
  )
  const prepared = decodePreparation(preparation, features)
  return {
    preparation: prepared,
    weights: expectNumbers(weights, classes * prepared.width, 'weights'),
    intercepts: expectNumbers(intercepts, classes, 'intercepts'),
    centre: expectNumbers(centre, prepared.width, 'column means'),
    importance: expectNumbers(importance, features.length, 'importances'),
  }
}

function decodePreparation(encoded: unknown, features: readonly FeatureColumn[]): Preparation {
  const { columns, width } = expectFields(encoded, 'the preparation')
  if (!Array.isArray(columns) || columns.length !== features.length)
    throw new ModelInputError(`Expected the preparation of ${features.length} columns`)
  const decoded = features.map((feature, f) => decodeColumn(columns[f], feature))
  const expected = decoded.reduce(
    (sum, column) => sum + (column.kind === 'numeric' ? 1 : column.levels.length),
    0,
  )
  if (width !== expected)
    throw new ModelInputError(`Expected ${expected} prepared columns, got ${String(width)}`)
  return { columns: decoded, width: expected }
}

function decodeColumn(encoded: unknown, { name, kind }: FeatureColumn): PreparedColumn {
  const column = expectFields(encoded, `the preparation of ${name}`)
  if (column['kind'] !== kind)
    throw new ModelInputError(
      `Expected the preparation of ${name} to be ${kind}, got ${String(column['kind'])}`,
    )
  if (kind === 'categorical') return { kind, levels: expectLevels(column['levels'], name) }
  const { median, mean, deviation } = column
  const numbers = expectNumbers([median, mean, deviation], 3, `numbers (median, mean, deviation) of ${name}`)
  return { kind, median: numbers[0]!, mean: numbers[1]!, deviation: numbers[2]! }
}

function expectLevels(levels: unknown, name: string): readonly number[] {
  const known = Array.isArray(levels) ? (levels as unknown[]) : [NaN]
  if (
    !known.every((level) => Number.isInteger(level) && Number(level) >= 0) ||
    new Set(known).size < known.length
  )
    throw new ModelInputError(`Expected the levels of ${name} to be distinct whole codes from 0`)
  return known as number[]
}

function expectFields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null)
    throw new ModelInputError(
      `Expected ${what} to be an object, got ${value === null ? 'null' : typeof value}`,
    )
  return value as Fields
}

function expectNumbers(values: unknown, length: number, what: string): readonly number[] {
  if (!Array.isArray(values) || values.length !== length || !values.every(Number.isFinite))
    throw new ModelInputError(`Expected ${length} finite ${what}`)
  return values as number[]
}
