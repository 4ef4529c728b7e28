import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { UpstreamErrorKind } from '../source-errors.ts'

/** The body is longer than allowed. */
export class BodyTooLargeError extends Error {
  override name = 'BodyTooLargeError'
}

/** The body is not what it should be: no JSON, cut off, or of another shape. */
export class MalformedBodyError extends Error {
  override name = 'MalformedBodyError'
}

/** A 200 whose body says that something is wrong. */
export class ErrorBodyError extends Error {
  override name = 'ErrorBodyError'
  readonly kind: UpstreamErrorKind

  constructor(kind: UpstreamErrorKind, message: string) {
    super(message)
    this.kind = kind
  }
}

export interface ReadBody<T> {
  readonly value: T
  readonly bytes: number
  /** SHA-256 of the decompressed bytes, hexadecimal. */
  readonly contentHash: string
}

export type BodyReader<T> = (chunks: AsyncIterable<Buffer>) => Promise<T>

/** Streams a body through a reader, counting, capping and hashing on the way. @throws BodyTooLargeError */
export async function readBody<T>(
  body: Readable,
  reader: BodyReader<T>,
  maxBytes: number,
): Promise<ReadBody<T>> {
  const meter = { bytes: 0, hash: createHash('sha256') }
  try {
    const value = await reader(metered(body, meter, maxBytes))
    return { value, bytes: meter.bytes, contentHash: meter.hash.digest('hex') }
  } finally {
    discard(body)
  }
}

async function* metered(
  body: Readable,
  meter: { bytes: number; readonly hash: Hash },
  maxBytes: number,
): AsyncGenerator<Buffer> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    meter.bytes += chunk.length
    if (meter.bytes > maxBytes) {
      throw new BodyTooLargeError(`The body is longer than the allowed ${maxBytes} bytes`)
    }
    meter.hash.update(chunk)
    yield chunk
  }
}

/** The whole body as JSON. @throws MalformedBodyError */
export async function readJson(chunks: AsyncIterable<Buffer>): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return parseJson(Buffer.concat(parts))
}

/** @throws MalformedBodyError that says what the text began with */
export function parseJson(bytes: Buffer): unknown {
  const text = bytes.toString('utf8')
  try {
    return JSON.parse(text)
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 60))
    throw new MalformedBodyError(`Expected JSON, got ${bytes.length} bytes that begin with ${start}`, {
      cause,
    })
  }
}

/** Lets go of a body that nobody reads. */
export function discard(body: Readable): void {
  // A stream that is torn down before its end reports that as an error.
  body.on('error', () => undefined).destroy()
}

/** The first bytes of an error body, as text. */
export async function readExcerpt(body: Readable, maxBytes = 4096): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      parts.push(chunk)
      bytes += chunk.length
      if (bytes >= maxBytes) break
    }
  } catch {
    // What an error body says is a courtesy; the status decides.
  } finally {
    discard(body)
  }
  return Buffer.concat(parts).subarray(0, maxBytes).toString('utf8')
}
