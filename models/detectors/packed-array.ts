import { ModelInputError } from '../errors.ts'

/** Little-endian bytes in base64: exact for every double, NaN and infinities included, and half the size of decimals. */
export type PackedNumbers = string

export function packFloats(values: Float64Array): PackedNumbers {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')
}

export function packInts(values: Int32Array): PackedNumbers {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')
}

/** @throws ModelInputError when `packed` does not hold whole doubles. */
export function unpackFloats(packed: PackedNumbers): Float64Array<ArrayBuffer> {
  return new Float64Array(bytesOf(packed, Float64Array.BYTES_PER_ELEMENT))
}

/** @throws ModelInputError when `packed` does not hold whole 32-bit integers. */
export function unpackInts(packed: PackedNumbers): Int32Array<ArrayBuffer> {
  return new Int32Array(bytesOf(packed, Int32Array.BYTES_PER_ELEMENT))
}

function bytesOf(packed: unknown, width: number): ArrayBuffer {
  if (typeof packed !== 'string')
    throw new ModelInputError(`Expected base64 text in the artifact, got ${typeof packed}`)
  const bytes = Buffer.from(packed, 'base64')
  if (bytes.length % width !== 0)
    throw new ModelInputError(`Expected a multiple of ${width} bytes in the artifact, got ${bytes.length}`)
  // A fresh buffer: Node's pool does not align what it hands out.
  return Uint8Array.from(bytes).buffer
}
