import * as backend from '@tensorflow/tfjs-backend-cpu'
import * as core from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { describe, expect, it } from 'vitest'
import { autoencoder, tensorFlowEngine } from '../../../models/detectors/autoencoder.ts'
import { createDetector, loadDetector } from '../../../models/detectors/catalogue.ts'
import type { DetectorArtifact } from '../../../models/detectors/detector.ts'
import { type Matrix, matrix } from '../../../models/matrix.ts'
import { rocAuc } from '../../../models/metrics/ranking.ts'
import type { TensorFlow } from '../../../models/neural/tensorflow.ts'
import { createRandom } from '../../../models/random.ts'

/** The pure-JS edition; the Node edition has the same functions. */
const editions = { ...core, ...layers, ...backend } as unknown as TensorFlow
const detector = autoencoder.createOn(
  tensorFlowEngine(() => Promise.resolve(editions)),
  { hidden: '4-2-4', epochs: 30 },
)

function crowd(rows: number, outliers: number): Matrix {
  const random = createRandom(3)
  const x = matrix(rows, 5)
  for (let i = 0; i < rows; i++) {
    const common = random.normal()
    for (let k = 0; k < 5; k++)
      x.data[i * 5 + k] = common * (k + 1) + 0.3 * random.normal() + (i < outliers ? 8 * random.normal() : 0)
  }
  return x
}

describe('the autoencoder on TensorFlow.js', () => {
  const x = crowd(200, 10)
  const isOutlier = Array.from({ length: 200 }, (_, i) => (i < 10 ? 1 : 0))

  it('ranks as the native engine does, and its artifact scores without TensorFlow', async () => {
    const fractions: number[] = []
    const fitted = await detector.fitAsync(x, { seed: 1, onProgress: (fraction) => fractions.push(fraction) })
    expect(fitted.engine).toBe('tfjs')
    expect(fractions.at(-1)).toBe(1)
    const native = createDetector('autoencoder', { hidden: '4-2-4', epochs: 30 }).fit(x, { seed: 1 })
    const auc = rocAuc(isOutlier, fitted.trainingScores)
    expect(auc).toBeGreaterThan(0.95)
    expect(Math.abs(auc - rocAuc(isOutlier, native.trainingScores))).toBeLessThan(0.03)
    const loaded = loadDetector(JSON.parse(JSON.stringify(fitted)) as DetectorArtifact)
    expect(loaded.decisionFunction(x)).toEqual(fitted.trainingScores)
  })

  it('gives the same bytes for the same seed', async () => {
    const [a, b] = [await detector.fitAsync(x, { seed: 5 }), await detector.fitAsync(x, { seed: 5 })]
    expect(JSON.stringify(a)).toBe(JSON.stringify(b))
  })

  it('says that it cannot fit at once, and what to install where the package is missing', async () => {
    expect(() => detector.fit(x, { seed: 1 })).toThrow(/Expected `fitAsync`/)
    const { fitAsync } = createDetector('autoencoder', {}, 'tfjs')
    await expect(fitAsync(x, { seed: 1 })).rejects.toThrow(/npm install @tensorflow\/tfjs-node/)
  })

  it('leaves `fitAsync` to every other detector, too', async () => {
    const lof = createDetector('lof')
    expect(JSON.stringify(await lof.fitAsync(x, { seed: 1 }))).toBe(JSON.stringify(lof.fit(x, { seed: 1 })))
    await expect(lof.fitAsync(matrix(0, 5), { seed: 1 })).rejects.toThrow(/at least one row/)
  })
})
