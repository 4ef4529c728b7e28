import { createHash, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ArtifactDigestError, insertModel, readArtifact } from '../../src/db/models.ts'
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

describe('insertModel', () => {
  it('gives models that are registered at the same time versions of their own', async () => {
    const insert = () =>
      db.transaction().execute((tx) =>
        insertModel(tx, {
          id: randomUUID(),
          kind: 'anomaly',
          algorithm: 'consensus',
          engine: 'native-ts',
          params: {},
          metrics: {},
          features: ['tvl_vol_7'],
          featureSet: 1,
          importance: {},
          horizonDays: null,
          beatsBaselines: null,
          windowFrom: '2025-01-01',
          windowTo: '2026-10-01',
          trainingRows: 100,
          artifact: {},
          reason: 'first',
          runId: null,
        }),
      )
    const versions = await Promise.all(Array.from({ length: 5 }, insert))
    expect(versions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
  })
})
