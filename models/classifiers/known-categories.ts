import { ModelInputError } from '../errors.ts'
import { matrix, type Matrix } from '../matrix.ts'
import { decodeNumbers, encodeNumbers } from '../trees/number-codec.ts'
import { hasCode } from '../trees/tree-ensemble.ts'
import type { FeatureColumn } from './classifier.ts'

/** Per column the set of codes that training saw; null for a numeric column. */
export type KnownCategories = readonly (Uint32Array | null)[]

export function knownCategories(x: Matrix, features: readonly FeatureColumn[]): KnownCategories {
  return features.map(({ kind }, f) => {
    if (kind === 'numeric') return null
    let greatest = 0
    for (let i = f; i < x.data.length; i += x.columns) if (x.data[i]! > greatest) greatest = x.data[i]!
    const set = new Uint32Array((greatest >>> 5) + 1)
    for (let i = f; i < x.data.length; i += x.columns) {
      const code = x.data[i]!
      if (!Number.isNaN(code)) set[code >>> 5]! |= 1 << (code & 31)
    }
    return set
  })
}

/** The same rows, where a category that training never saw is missing. */
export function forgetUnknown(x: Matrix, known: KnownCategories): Matrix {
  if (known.every((set) => set === null)) return x
  const out = matrix(x.rows, x.columns, Float64Array.from(x.data))
  known.forEach((set, f) => {
    if (!set) return
    for (let i = f; i < out.data.length; i += out.columns) {
      const code = out.data[i]!
      if (!(Number.isInteger(code) && code >= 0 && hasCode(set, code))) out.data[i] = NaN
    }
  })
  return out
}

export function encodeKnown(known: KnownCategories): (string | null)[] {
  return known.map((set) => (set ? encodeNumbers(set) : null))
}

/** @throws ModelInputError when the sets do not fit the columns. */
export function decodeKnown(encoded: unknown, features: readonly FeatureColumn[]): KnownCategories {
  if (!Array.isArray(encoded) || encoded.length !== features.length)
    throw new ModelInputError(`Expected the known categories of ${features.length} columns`)
  return features.map(({ kind, name }, f) =>
    kind === 'numeric' ? null : decodeNumbers('u32', encoded[f], `the categories of ${name}`),
  )
}
