/** The blocks of a POSIX ustar archive, so that `tar` lists and unpacks a backup. */
export const blockBytes = 512

const sizeField = { start: 124, end: 136 }
const checksumField = { start: 148, end: 156 }
/** What eleven octal digits hold; beyond, GNU's base-256 form is written, which every tar of today reads. */
const maxOctalSize = 8 ** 11 - 1

export interface EntryHeader {
  readonly name: string
  readonly bytes: number
}

/** The header of a file that only its owner reads. @param madeAt of the whole archive */
export function encodeHeader({ name, bytes }: EntryHeader, madeAt: Date): Buffer {
  const block = Buffer.alloc(blockBytes)
  if (Buffer.byteLength(name) > 100) throw new RangeError(`Expected a name of at most 100 bytes, got ${name}`)
  block.write(name, 0)
  block.write('0000600\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  if (bytes <= maxOctalSize) block.write(octal(bytes, 11), sizeField.start)
  else {
    block[sizeField.start] = 0x80
    block.writeBigUInt64BE(BigInt(bytes), sizeField.end - 8)
  }
  block.write(octal(Math.floor(madeAt.getTime() / 1000), 11), 136)
  block.write('0', 156)
  block.write('ustar\x0000', 257)
  block.write(`${octal(checksumOf(block), 6)}\0 `, checksumField.start)
  return block
}

/** @returns undefined for a block of zeros, which ends an archive; null for what is no header */
export function decodeHeader(block: Buffer): EntryHeader | undefined | null {
  if (block.every((byte) => byte === 0)) return undefined
  const isHeader =
    block.toString('latin1', 257, 262) === 'ustar' &&
    parseInt(block.toString('latin1', checksumField.start, checksumField.end), 8) === checksumOf(block)
  if (!isHeader) return null
  const name = block.toString('utf8', 0, block.indexOf(0))
  const isBinary = (block[sizeField.start]! & 0x80) !== 0
  const bytes = isBinary
    ? Number(block.readBigUInt64BE(sizeField.end - 8))
    : parseInt(block.toString('latin1', sizeField.start, sizeField.end), 8)
  return { name, bytes }
}

/** Bytes that fill an entry's last block. */
export const paddingOf = (bytes: number): number => (blockBytes - (bytes % blockBytes)) % blockBytes

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')

/** The sum of the header's bytes, its own field counted as spaces. */
function checksumOf(block: Buffer): number {
  let sum = 0
  for (let i = 0; i < blockBytes; i++)
    sum += i >= checksumField.start && i < checksumField.end ? 0x20 : block[i]!
  return sum
}
