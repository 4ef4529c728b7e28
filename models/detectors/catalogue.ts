import { ModelInputError } from '../errors.ts'
import type { DetectorFactory } from './definition.ts'
import {
  type Detector,
  type DetectorAlgorithm,
  detectorAlgorithms,
  type DetectorArtifact,
  type DetectorParams,
  type FittedDetector,
} from './detector.ts'
import { autoencoder } from './autoencoder.ts'
import { dbscan } from './dbscan.ts'
import { isolationForest } from './isolation-forest.ts'
import { lof } from './lof.ts'
import { oneClassSvm } from './one-class-svm.ts'

const factories: Readonly<Record<DetectorAlgorithm, DetectorFactory>> = {
  autoencoder,
  dbscan,
  'isolation-forest': isolationForest,
  lof,
  'one-class-svm': oneClassSvm,
}

/**
 * Defaults fill in what `params` leaves out.
 * @throws ModelInputError on an unknown engine or parameter, or a value out of range.
 */
export function createDetector(
  algorithm: DetectorAlgorithm,
  params: DetectorParams = {},
  engine = 'native-ts',
): Detector {
  expectEngine(algorithm, engine)
  return factories[algorithm].create(params)
}

/** @throws ModelInputError when the artifact is not one of a detector known here. */
export function loadDetector(artifact: DetectorArtifact): FittedDetector {
  const { kind, algorithm } = artifact as { kind: unknown; algorithm: unknown }
  if (kind !== 'detector' || !isDetectorAlgorithm(algorithm))
    throw new ModelInputError(
      `Expected a detector (${detectorAlgorithms.join(', ')}), got ${String(kind)} ${String(algorithm)}`,
    )
  return factories[algorithm].load(artifact)
}

export function isDetectorAlgorithm(name: unknown): name is DetectorAlgorithm {
  return detectorAlgorithms.includes(name as DetectorAlgorithm)
}

function expectEngine(algorithm: DetectorAlgorithm, engine: string): void {
  if (engine !== 'native-ts')
    throw new ModelInputError(`Expected engine of ${algorithm} to be "native-ts", got "${engine}"`)
}
