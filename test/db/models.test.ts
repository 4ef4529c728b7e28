import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ArtifactDigestError, readArtifact } from '../../src/db/models.ts'
import { cloneDatabase } from '../support/database.ts'
import { storeModel } from '../support/stored-results.ts'

const { db } = await cloneDatabase()
const artifact = gzipSync(JSON.stringify({ kind: 'classifier' }))
const artifactSha256 = createHash('sha256').update(artifact).digest('hex')

describe('readArtifact', () => {
  it('gives back what was stored', async () => {
    const id = await storeModel(db, 'risk', { artifact, artifactSha256 })
    expect(await readArtifact(db, id)).toEqual({ kind: 'classifier' })
  })

  it.each([
    ['was cut', artifact.subarray(0, artifact.length - 5)],
    ['had one bit changed', artifact.map((byte, i) => (i === 20 ? byte ^ 1 : byte))],
    ['was replaced', gzipSync(JSON.stringify({ kind: 'other' }))],
  ])('refuses an artifact that %s, naming both digests', async (_fault, bytes) => {
    const id = await storeModel(db, 'risk', { artifact: Buffer.from(bytes), artifactSha256 })
    const read = readArtifact(db, id)
    await expect(read).rejects.toThrow(ArtifactDigestError)
    await expect(read).rejects.toThrow(`Model ${id}: expected an artifact with sha256 ${artifactSha256}`)
  })
})
