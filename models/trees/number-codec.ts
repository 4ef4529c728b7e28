import { ModelInputError } from '../errors.ts'

const kinds = {
  u8: Uint8Array,
  i16: Int16Array,
  i32: Int32Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const

export type NumberKind = keyof typeof kinds
export type NumbersOf<K extends NumberKind> = InstanceType<(typeof kinds)[K]>

/** Typed arrays as base64 of their little-endian bytes: exact, and a third the size of decimal JSON. */
export function encodeNumbers(numbers: ArrayBufferView): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64')
}

/**
 * @param what names the numbers in the error
 * @param length how many there must be; any number when absent
 * @throws ModelInputError when `encoded` is no base64 of that many numbers
 */
export function decodeNumbers<K extends NumberKind>(
  kind: K,
  encoded: unknown,
  what: string,
  length?: number,
): NumbersOf<K> {
  if (typeof encoded !== 'string')
    throw new ModelInputError(`Expected ${what} to be base64 text, got ${typeof encoded}`)
  const bytes = Buffer.from(encoded, 'base64')
  const size = kinds[kind].BYTES_PER_ELEMENT
  const expected = length === undefined ? bytes.length - (bytes.length % size) : length * size
  if (bytes.length !== expected || bytes.toString('base64') !== encoded)
    throw new ModelInputError(
      `Expected ${what} to hold ${length ?? 'whole'} numbers of ${size} bytes, got ${bytes.length} bytes`,
    )
  const copy = new Uint8Array(bytes).buffer
  return new kinds[kind](copy) as NumbersOf<K>
}
