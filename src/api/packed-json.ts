import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const gzipped = promisify(gzip)
/** Bytes; packing less costs more time than it saves. */
const smallestPacked = 4096

/** A JSON answer as it goes over the wire. */
export interface PackedJson {
  readonly plain: string
  /** Of `plain`. */
  readonly bytes: number
  /** Where it is large. */
  readonly gzipped: Buffer | undefined
  readonly etag: string
}

export async function packJson(body: unknown): Promise<PackedJson> {
  const plain = JSON.stringify(body)
  const bytes = Buffer.byteLength(plain)
  return {
    plain,
    bytes,
    gzipped: bytes >= smallestPacked ? await gzipped(plain) : undefined,
    etag: `W/"${hash('sha1', plain, 'base64url')}"`,
  }
}
