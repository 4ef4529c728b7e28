import type { FeatureColumn } from '../../models/classifiers/classifier.ts'
import { matrix, type Matrix } from '../../models/matrix.ts'
import { rowsByValue } from '../../models/metrics/groups.ts'
import {
  categoricalFeatureNames,
  featureNames,
  numericFeatureNames,
  type FeatureName,
} from '../domain/feature-names.ts'
import type { CodedColumn, VectorTable } from './vector-table.ts'

export const featureColumns: readonly FeatureColumn[] = featureNames.map((name) => ({
  name,
  kind: (categoricalFeatureNames as readonly FeatureName[]).includes(name) ? 'categorical' : 'numeric',
}))

/** The names behind the codes 1, 2, …; code 0 is every other name, and unknown. Learned from training rows; plain JSON. */
export interface Encoding {
  readonly category: readonly string[]
  readonly chain: readonly string[]
}

/** A name on fewer training rows says nothing of its own. */
const minimumRowsPerName = 10

export function fitEncoding({ category, chain }: VectorTable): Encoding {
  return { category: frequentNames(category), chain: frequentNames(chain) }
}

/** `rows × 17` in the order of `featureNames`; NaN = missing. */
export function encodeVectors(table: VectorTable, encoding: Encoding): Matrix {
  const out = matrix(table.rows, featureNames.length)
  const width = numericFeatureNames.length
  numericFeatureNames.forEach((name, j) => {
    const column = featureNames.indexOf(name)
    for (let i = 0; i < table.rows; i++) out.data[i * out.columns + column] = table.numeric[i * width + j]!
  })
  fillCodes(out, featureNames.indexOf('protocol_category'), table.category, encoding.category)
  fillCodes(out, featureNames.indexOf('protocol_chain'), table.chain, encoding.chain)
  return out
}

function frequentNames({ codes, names }: CodedColumn): string[] {
  const rows = rowsByValue(codes)
  return names.filter((_, code) => (rows.get(code)?.length ?? 0) >= minimumRowsPerName).sort()
}

function fillCodes(
  out: Matrix,
  column: number,
  { codes, names }: CodedColumn,
  known: readonly string[],
): void {
  const codeOf = names.map((name) => known.indexOf(name) + 1)
  for (let i = 0; i < out.rows; i++) out.data[i * out.columns + column] = codeOf[codes[i]!] ?? 0
}
