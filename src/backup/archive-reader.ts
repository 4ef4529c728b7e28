import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { InputError } from '../errors.ts'
import { digestsName } from './archive-writer.ts'
import { blockBytes, decodeHeader, paddingOf } from './tar-format.ts'

/** A complete archive whose every entry has the digest that was written with it. */
export interface ArchiveReader {
  readonly names: readonly string[]
  /** @throws InputError when there is no such entry */
  read(name: string): Readable
}

interface Place {
  readonly start: number
  readonly bytes: number
}

/** Reads the archive once to its end before anything is made of it. @throws InputError when it is not what was written */
export async function openArchive(path: string): Promise<ArchiveReader> {
  const places = await findEntries(path)
  const read = (name: string): Readable => {
    const place = places.get(name)
    if (place === undefined) throw new InputError(`${path}: is no backup of Tidegauge, it has no ${name}`)
    return createReadStream(path, { start: place.start, end: place.start + place.bytes - 1 })
  }
  const names = [...places.keys()].filter((name) => name !== digestsName)
  const digests = parseDigests((await buffer(read(digestsName))).toString())
  for (const name of names)
    if (digests.get(name) !== (await digestOf(read(name))))
      throw new InputError(`${path}: is damaged, ${name} does not have its SHA-256`)
  const missing = [...digests.keys()].find((name) => !places.has(name))
  if (missing !== undefined) throw new InputError(`${path}: is damaged, ${missing} is missing`)
  return { names, read }
}

async function findEntries(path: string): Promise<Map<string, Place>> {
  const handle = await open(path).catch((cause: unknown) => {
    throw new InputError(`${path}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  })
  try {
    return await walk(handle, path)
  } finally {
    await handle.close()
  }
}

async function walk(handle: FileHandle, path: string): Promise<Map<string, Place>> {
  const { size } = await handle.stat()
  const block = Buffer.alloc(blockBytes)
  const places = new Map<string, Place>()
  for (let position = 0; ;) {
    const { bytesRead } = await handle.read(block, 0, blockBytes, position)
    if (bytesRead < blockBytes) throw new InputError(`${path}: is cut off after ${size} bytes, or no backup`)
    const header = decodeHeader(block)
    if (header === undefined) return places
    if (header === null)
      throw new InputError(`${path}: is no backup of Tidegauge, or damaged at byte ${position}`)
    const start = position + blockBytes
    places.set(header.name, { start, bytes: header.bytes })
    position = start + header.bytes + paddingOf(header.bytes)
    if (position > size) throw new InputError(`${path}: is cut off within ${header.name}`)
  }
}

function parseDigests(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]))
}

async function digestOf(content: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}
