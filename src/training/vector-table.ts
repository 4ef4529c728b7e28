import { numericFeatureNames } from '../domain/feature-names.ts'
import type { FeatureVector } from '../features/series.ts'

/** Strings as codes: `codes[i]` is an index into `names`, −1 where unknown. */
export interface CodedColumn {
  readonly codes: Int32Array
  readonly names: readonly string[]
}

/** Feature vectors of many protocols and days as columns, cheap to hand to a thread. */
export interface VectorTable {
  readonly rows: number
  /** Days since 1970-01-01, UTC. */
  readonly day: Int32Array
  readonly protocol: CodedColumn
  /** `rows × 15`, in the order of `numericFeatureNames`; NaN = unknown. */
  readonly numeric: Float64Array
  readonly category: CodedColumn
  readonly chain: CodedColumn
}

export function vectorTable(vectors: readonly FeatureVector[]): VectorTable {
  const width = numericFeatureNames.length
  const numeric = new Float64Array(vectors.length * width)
  vectors.forEach((vector, i) => numeric.set(vector.numeric, i * width))
  return {
    rows: vectors.length,
    day: Int32Array.from(vectors, ({ asOfDay }) => asOfDay),
    protocol: coded(vectors.map(({ protocolId }) => protocolId)),
    numeric,
    category: coded(vectors.map(({ protocolCategory }) => protocolCategory)),
    chain: coded(vectors.map(({ protocolChain }) => protocolChain)),
  }
}

/** Names in order of first appearance. */
export function coded(values: readonly (string | null)[]): CodedColumn {
  const codeOf = new Map<string, number>()
  const codes = Int32Array.from(values, (value) => {
    if (value === null) return -1
    const known = codeOf.get(value)
    if (known !== undefined) return known
    codeOf.set(value, codeOf.size)
    return codeOf.size - 1
  })
  return { codes, names: [...codeOf.keys()] }
}

/** A copy of the rows at `indices`, in that order. */
export function takeVectors(table: VectorTable, indices: Int32Array): VectorTable {
  const width = numericFeatureNames.length
  const numeric = new Float64Array(indices.length * width)
  indices.forEach((row, i) => numeric.set(table.numeric.subarray(row * width, (row + 1) * width), i * width))
  const taken = ({ codes, names }: CodedColumn): CodedColumn => ({
    codes: indices.map((row) => codes[row]!),
    names,
  })
  return {
    rows: indices.length,
    day: indices.map((row) => table.day[row]!),
    protocol: taken(table.protocol),
    numeric,
    category: taken(table.category),
    chain: taken(table.chain),
  }
}
