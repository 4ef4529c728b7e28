import { ModelInputError } from '../errors.ts'
import { type DetectorFactory, nativeEngine } from './definition.ts'
import type { TensorFlow } from '../neural/tensorflow.ts'
import {
  type Detector,
  type DetectorAlgorithm,
  detectorAlgorithms,
  type DetectorArtifact,
  type DetectorParams,
  type FittedDetector,
} from './detector.ts'
import { autoencoder, tensorFlowEngine } from './autoencoder.ts'
import { dbscan } from './dbscan.ts'
import { isolationForest } from './isolation-forest.ts'
import { lof } from './lof.ts'
import { oneClassSvm } from './one-class-svm.ts'

const factories: Readonly<Record<DetectorAlgorithm, Pick<DetectorFactory, 'create' | 'load'>>> = {
  autoencoder,
  dbscan,
  'isolation-forest': isolationForest,
  lof,
  'one-class-svm': oneClassSvm,
}

/** The optional peer dependency of engine `tfjs`. */
const tensorFlowPackage = '@tensorflow/tfjs-node'

/**
 * Defaults fill in what `params` leaves out. Engine `tfjs` of the autoencoder trains on the optional peer
 * `@tensorflow/tfjs-node`, asynchronously: use `fitAsync`.
 * @throws ModelInputError on an unknown engine or parameter, or a value out of range.
 */
export function createDetector(
  algorithm: DetectorAlgorithm,
  params: DetectorParams = {},
  engine = nativeEngine,
): Detector {
  if (engine === nativeEngine) return factories[algorithm].create(params)
  if (engine === 'tfjs' && algorithm === 'autoencoder')
    return autoencoder.createOn(tensorFlowEngine(loadTensorFlow), params)
  const engines = algorithm === 'autoencoder' ? `"${nativeEngine}" or "tfjs"` : `"${nativeEngine}"`
  throw new ModelInputError(`Expected engine of ${algorithm} to be ${engines}, got "${engine}"`)
}

async function loadTensorFlow(): Promise<TensorFlow> {
  try {
    return (await import(tensorFlowPackage)) as TensorFlow
  } catch (cause) {
    throw new ModelInputError(
      `Engine tfjs needs ${tensorFlowPackage}: run "npm install ${tensorFlowPackage}"`,
      {
        cause,
      },
    )
  }
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
