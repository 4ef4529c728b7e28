import { matrix, type Matrix } from '../../../models/matrix.ts'
import type { FeatureColumn, TrainingSet } from '../../../models/classifiers/classifier.ts'
import { InputError } from '../../errors.ts'
import { columnIndex, type CsvTable, numberAt } from './csv-table.ts'

/** What the columns of the files are. */
export interface ColumnRoles {
  readonly target: string
  readonly categorical: readonly string[]
  readonly ignore: readonly string[]
}

/** Texts turned into numbers as the training file taught it. */
export interface Encoding {
  readonly features: readonly FeatureColumn[]
  /** Per feature the code of each category; undefined for a numeric one. */
  readonly codes: readonly (ReadonlyMap<string, number> | undefined)[]
  /** In sorted order: a class's index is its place here. */
  readonly labels: readonly string[]
}

/** Learns categories and classes from the training rows. @throws InputError on an unusable column */
export function learnEncoding(train: CsvTable, { target, categorical, ignore }: ColumnRoles): Encoding {
  for (const name of [...categorical, ...ignore]) columnIndex(train, name)
  const labels = distinct(train, columnIndex(train, target))
  if (labels.includes('')) throw missingLabel(train, target)
  if (labels.length < 2)
    throw new InputError(
      `${train.file}: column "${target}" has one class only ("${labels[0]}"); at least 2 are needed`,
    )
  const names = featureNames(train, [target, ...ignore])
  return {
    features: names.map((name) => ({ name, kind: categorical.includes(name) ? 'categorical' : 'numeric' })),
    codes: names.map((name) => (categorical.includes(name) ? codesOf(train, name) : undefined)),
    labels,
  }
}

/** `rows × features`; a category that training never saw is missing. @throws InputError on a cell that is no number */
export function encodeFeatures(table: CsvTable, { features, codes }: Encoding): Matrix {
  const places = features.map(({ name }) => columnIndex(table, name))
  const x = matrix(table.rows.length, features.length)
  table.rows.forEach((row, i) => {
    places.forEach((place, f) => {
      const known = codes[f]
      x.data[i * x.columns + f] = known ? (known.get(row[place]!) ?? NaN) : numberAt(table, i, place)
    })
  })
  return x
}

/** Class indices. @throws InputError naming the line of a class that training never saw */
export function encodeLabels(table: CsvTable, target: string, labels: readonly string[]): Int32Array {
  const place = columnIndex(table, target)
  const indexOf = new Map(labels.map((label, c) => [label, c]))
  return Int32Array.from(table.rows, (row, i) => {
    const index = indexOf.get(row[place]!)
    if (index !== undefined) return index
    throw new InputError(
      `${table.file} line ${table.lines[i]}, column "${target}": the class "${row[place]}" is not among those of the training file (${labels.join(', ')})`,
    )
  })
}

export function trainingSet(train: CsvTable, target: string, encoding: Encoding): TrainingSet {
  return {
    x: encodeFeatures(train, encoding),
    y: encodeLabels(train, target, encoding.labels),
    classes: encoding.labels.length,
    features: encoding.features,
  }
}

/** Columns of numbers only. @throws InputError on a cell that is no number, or no column */
export function numericMatrix(table: CsvTable, names: readonly string[]): Matrix {
  return encodeFeatures(table, {
    features: names.map((name) => ({ name, kind: 'numeric' })),
    codes: [],
    labels: [],
  })
}

/** The columns that are left. @throws InputError when there is none */
export function featureNames({ file, header }: CsvTable, others: readonly string[]): readonly string[] {
  const names = header.filter((name) => !others.includes(name))
  if (names.length === 0) throw new InputError(`${file}: has no column to learn from`)
  return names
}

function codesOf(table: CsvTable, name: string): ReadonlyMap<string, number> {
  const categories = distinct(table, columnIndex(table, name)).filter((text) => text !== '')
  return new Map(categories.map((text, code) => [text, code]))
}

function distinct({ rows }: CsvTable, place: number): string[] {
  return [...new Set(rows.map((row) => row[place]!))].sort()
}

function missingLabel(table: CsvTable, target: string): InputError {
  const place = columnIndex(table, target)
  const line = table.lines[table.rows.findIndex((row) => row[place] === '')]
  return new InputError(`${table.file} line ${line}, column "${target}": expected a class, got nothing`)
}
