import { ModelInputError } from '../errors.ts'
import { createCatboost } from './catboost.ts'
import {
  classifierAlgorithms,
  type Classifier,
  type ClassifierAlgorithm,
  type ClassifierArtifact,
  type FittedClassifier,
  type Params,
} from './classifier.ts'
import { createLightgbm } from './lightgbm.ts'
import { createLogistic, loadLogistic } from './logistic.ts'
import { createMljsRandomForest } from './mljs-random-forest.ts'
import { createRandomForest } from './random-forest.ts'
import { loadTrees } from './tree-classifier.ts'
import { createXgboost } from './xgboost.ts'

interface Engine {
  readonly create: (params?: Params) => Classifier
  readonly load: (artifact: ClassifierArtifact) => FittedClassifier
}

export const defaultEngine = 'native-ts'

/** Every algorithm, and the engines it runs on. */
const engines: Readonly<Record<ClassifierAlgorithm, Readonly<Record<string, Engine>>>> = {
  catboost: { [defaultEngine]: { create: createCatboost, load: loadTrees } },
  lightgbm: { [defaultEngine]: { create: createLightgbm, load: loadTrees } },
  logistic: { [defaultEngine]: { create: createLogistic, load: loadLogistic } },
  'random-forest': {
    [defaultEngine]: { create: createRandomForest, load: loadTrees },
    mljs: { create: createMljsRandomForest, load: loadTrees },
  },
  xgboost: { [defaultEngine]: { create: createXgboost, load: loadTrees } },
}

/** @throws ModelInputError on an unknown engine or parameter, or a value out of range. */
export function createClassifier(
  algorithm: ClassifierAlgorithm,
  params: Params = {},
  engine = defaultEngine,
): Classifier {
  return engineOf(algorithm, engine).create(params)
}

/** The model that `toJSON` wrote. @throws ModelInputError on anything else. */
export function loadClassifier(artifact: ClassifierArtifact): FittedClassifier {
  const { kind, algorithm, engine, classes, features } = artifact as Partial<ClassifierArtifact>
  if (kind !== 'classifier' || !classifierAlgorithms.some((known) => known === algorithm))
    throw new ModelInputError(`Expected a classifier artifact, got ${String(kind)} ${String(algorithm)}`)
  if (!Number.isInteger(classes) || classes! < 2)
    throw new ModelInputError(`Expected an artifact of at least 2 classes, got ${classes}`)
  if (!Array.isArray(features) || !features.every(isColumn))
    throw new ModelInputError('Expected an artifact that names its features and their kinds')
  return engineOf(artifact.algorithm, String(engine)).load(artifact)
}

function isColumn(column: unknown): boolean {
  if (typeof column !== 'object' || column === null) return false
  const { name, kind } = column as Record<string, unknown>
  return typeof name === 'string' && (kind === 'numeric' || kind === 'categorical')
}

function engineOf(algorithm: ClassifierAlgorithm, engine: string): Engine {
  const known = engines[algorithm]
  const found = Object.hasOwn(known, engine) ? known[engine] : undefined
  if (!found)
    throw new ModelInputError(
      `Expected an engine of ${algorithm} (${Object.keys(known).join(', ')}), got ${engine}`,
    )
  return found
}
