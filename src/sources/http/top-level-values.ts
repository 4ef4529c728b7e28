import { BodyTooLargeError, MalformedBodyError, parseJson } from './body.ts'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const openBracket = 0x5b
const closeBrace = 0x7d
const closeBracket = 0x5d

/**
 * Picks the values of a few top-level keys out of a JSON object while it streams by, and skips the rest: of a 60 MB
 * `/protocol/{slug}` body only the 200 kB that are wanted are ever held. Skipped parts are checked for balanced brackets
 * and closed strings, not for more; kept values are parsed in full.
 *
 * A general streaming parser (measured: stream-json makes a token object per number) is an order of magnitude slower and
 * builds what is thrown away.
 *
 * @param maxKeptBytes limit for all kept values together
 * @throws MalformedBodyError, BodyTooLargeError
 */
export async function readTopLevelValues<K extends string>(
  chunks: AsyncIterable<Buffer>,
  keys: readonly K[],
  maxKeptBytes: number,
): Promise<Partial<Record<K, unknown>>> {
  const picker = new TopLevelPicker(new Set<string>(keys), maxKeptBytes)
  for await (const chunk of chunks) picker.push(chunk)
  return picker.finish() as Partial<Record<K, unknown>>
}

class TopLevelPicker {
  readonly #wanted: ReadonlySet<string>
  readonly #maxKeptBytes: number
  readonly #values: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  #depth = 0
  #inString = false
  #escaped = false
  #ended = false
  /** At depth 1: between `{` or `,` and `:`. */
  #beforeColon = false
  /** Pieces of the key or of the wanted value that is being read; null while skipping. */
  #kept: Buffer[] | null = null
  #keptBytes = 0
  #key = ''

  constructor(wanted: ReadonlySet<string>, maxKeptBytes: number) {
    this.#wanted = wanted
    this.#maxKeptBytes = maxKeptBytes
  }

  push(chunk: Buffer): void {
    let keptFrom = 0
    const length = chunk.length
    for (let i = 0; i < length; i++) {
      const byte = chunk[i]!
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#inString = false
        continue
      }
      // All structural bytes but the quote and the comma are above 0x39: digits, the bulk of the body, leave here.
      if (byte < colon && byte !== quote && byte !== comma) continue
      switch (byte) {
        case quote:
          this.#inString = true
          if (this.#depth === 0) throw notAnObject()
          break
        case openBrace:
        case openBracket:
          if (this.#depth === 0) {
            if (byte !== openBrace || this.#ended) throw notAnObject()
            this.#startKey()
            keptFrom = i + 1
          }
          this.#depth++
          break
        case closeBrace:
        case closeBracket:
          if (this.#depth === 1) this.#endValue(chunk, keptFrom, i)
          this.#depth--
          if (this.#depth < 0) throw new MalformedBodyError('The JSON closes more than it opens')
          if (this.#depth === 0) this.#ended = true
          break
        case comma:
          if (this.#depth === 1) {
            this.#endValue(chunk, keptFrom, i)
            this.#startKey()
            keptFrom = i + 1
          }
          break
        case colon:
          if (this.#depth === 1 && this.#beforeColon) {
            this.#endKey(chunk, keptFrom, i)
            keptFrom = i + 1
          }
          break
        default:
          if (this.#depth === 0) throw notAnObject()
      }
    }
    if (this.#kept !== null) this.#keep(chunk.subarray(keptFrom))
  }

  finish(): Readonly<Record<string, unknown>> {
    if (!this.#ended) throw new MalformedBodyError('The JSON object is cut off')
    return this.#values
  }

  #startKey(): void {
    this.#beforeColon = true
    this.#kept = []
    this.#keptBytes = 0
  }

  #endKey(chunk: Buffer, from: number, to: number): void {
    const key = parseJson(this.#take(chunk, from, to))
    if (typeof key !== 'string') throw new MalformedBodyError('Expected a string as key of the JSON object')
    this.#beforeColon = false
    this.#key = key
    this.#kept = this.#wanted.has(key) ? [] : null
  }

  #endValue(chunk: Buffer, from: number, to: number): void {
    if (this.#kept === null) return
    const bytes = this.#take(chunk, from, to)
    if (!this.#beforeColon) this.#values[this.#key] = parseJson(bytes)
    else if (bytes.toString('latin1').trim() !== '') throw new MalformedBodyError('A key has no value')
    this.#beforeColon = false
  }

  #take(chunk: Buffer, from: number, to: number): Buffer {
    this.#keep(chunk.subarray(from, to))
    const bytes = Buffer.concat(this.#kept ?? [])
    this.#kept = null
    this.#keptBytes = 0
    return bytes
  }

  #keep(piece: Buffer): void {
    this.#keptBytes += piece.length
    if (this.#keptBytes > this.#maxKeptBytes) {
      throw new BodyTooLargeError(`"${this.#key}" is longer than the allowed ${this.#maxKeptBytes} bytes`)
    }
    // A copy: the piece must not keep the whole network buffer alive.
    this.#kept?.push(Buffer.from(piece))
  }
}

function notAnObject(): MalformedBodyError {
  return new MalformedBodyError('Expected one JSON object')
}
