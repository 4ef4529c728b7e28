import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { blockBytes, encodeHeader, paddingOf } from './tar-format.ts'

/** The name of the list of digests, which `sha256sum -c` reads. */
export const digestsName = 'SHA256SUMS'

type Content = AsyncIterable<Buffer> | Iterable<Buffer>

/** A tar file under way; it appears under its name when it is complete, and not at all otherwise. */
export interface ArchiveWriter extends AsyncDisposable {
  add(name: string, content: Content): Promise<void>
  /** Appends the digests and lets the file appear. @returns its size in bytes */
  finish(): Promise<number>
}

/** @param path a file that does not exist yet; what is written is for its owner alone */
export async function createArchive(path: string, madeAt: Date): Promise<ArchiveWriter> {
  const partial = `${path}.partial`
  const handle = await open(partial, 'w', 0o600)
  const digests: string[] = []
  let position = 0
  let isFinished = false

  const write = async (chunk: Buffer, at: number): Promise<void> => {
    for (let done = 0; done < chunk.length;)
      done += (await handle.write(chunk, done, chunk.length - done, at + done)).bytesWritten
  }
  const add = async (name: string, content: Content): Promise<void> => {
    const hash = createHash('sha256')
    const start = position
    position += blockBytes
    for await (const chunk of content) {
      hash.update(chunk)
      await write(chunk, position)
      position += chunk.length
    }
    // How long the entry became is known only now.
    const bytes = position - start - blockBytes
    await write(encodeHeader({ name, bytes }, madeAt), start)
    const padding = Buffer.alloc(paddingOf(bytes))
    await write(padding, position)
    position += padding.length
    digests.push(`${hash.digest('hex')}  ${name}\n`)
  }
  return {
    add,
    async finish() {
      await add(digestsName, [Buffer.from(digests.join(''))])
      const end = Buffer.alloc(2 * blockBytes)
      await write(end, position)
      await handle.datasync()
      await rename(partial, path)
      isFinished = true
      return position + end.length
    },
    async [Symbol.asyncDispose]() {
      await handle.close()
      if (!isFinished) await rm(partial, { force: true })
    },
  }
}
