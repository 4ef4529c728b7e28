import { describe, expect, it } from 'vitest'

import { drawClasses } from '../../../bench/drawn-data.ts'
import { createClassifier, loadClassifier } from '../../../models/classifiers/catalogue.ts'
import type {
  ClassifierAlgorithm,
  ClassifierArtifact,
  FittedClassifier,
  Params,
  TrainingSet,
} from '../../../models/classifiers/classifier.ts'
import { ModelInputError } from '../../../models/errors.ts'
import { matrix, takeRows, type Matrix } from '../../../models/matrix.ts'
import { createRandom } from '../../../models/random.ts'
import referenceAccuracy from '../../goldens/classifiers/floors.json' with { type: 'json' }
import { accuracyOf } from './scores.ts'

interface Candidate {
  readonly algorithm: ClassifierAlgorithm
  readonly engine?: string
  readonly params: Params
  /** Leaves that mix classes: only there do weights move shares in the expected direction. null: knows no weights. */
  readonly shallow: Params | null
  /** What it is held against; there is no LightGBM and no CatBoost to hold these against, so xgboost stands in. */
  readonly reference: keyof typeof referenceAccuracy
}

const candidates: readonly Candidate[] = [
  {
    algorithm: 'catboost',
    params: { iterations: 60, learning_rate: 0.2 },
    shallow: { iterations: 60, learning_rate: 0.2, depth: 3 },
    reference: 'xgboost',
  },
  { algorithm: 'lightgbm', params: { num_iterations: 30 }, shallow: { max_depth: 3 }, reference: 'xgboost' },
  { algorithm: 'xgboost', params: { n_estimators: 30 }, shallow: { max_depth: 3 }, reference: 'xgboost' },
  { algorithm: 'logistic', params: {}, shallow: {}, reference: 'logistic' },
  {
    algorithm: 'random-forest',
    engine: 'mljs',
    params: { n_estimators: 3 },
    shallow: null,
    reference: 'forest_of_3',
  },
  {
    algorithm: 'random-forest',
    params: { n_estimators: 30 },
    shallow: { max_depth: 3 },
    reference: 'forest',
  },
]

/** Two numeric columns, a category that decides most, and gaps; 3 classes. */
function drawMixed(rows: number, seed: number): TrainingSet {
  const random = createRandom(seed)
  const x = matrix(rows, 3)
  const y = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    const code = random.below(6)
    const value = random.normal()
    y[i] = code % 3 === 0 ? 0 : value > 0.3 ? 1 : 2
    x.data.set([random.next() < 0.1 ? NaN : value, random.next() < 0.1 ? NaN : code, random.normal()], i * 3)
  }
  const features = [
    { name: 'value', kind: 'numeric' },
    { name: 'group', kind: 'categorical' },
    { name: 'noise', kind: 'numeric' },
  ] as const
  return { x, y, classes: 3, features }
}

function withColumn(data: TrainingSet, column: number, value: number): TrainingSet {
  const x = matrix(data.x.rows, data.x.columns, Float64Array.from(data.x.data))
  for (let i = 0; i < x.rows; i++) x.data[i * x.columns + column] = value
  return { ...data, x }
}

function expectProbabilities({ rows, columns, data }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let k = 0; k < columns; k++) {
      const p = data[i * columns + k]!
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
      sum += p
    }
    expect(sum).toBeCloseTo(1, 12)
  }
}

function jsonCopy(model: FittedClassifier): ClassifierArtifact {
  return JSON.parse(JSON.stringify(model)) as ClassifierArtifact
}

describe.each(candidates)('$algorithm $engine', ({ algorithm, engine, params, shallow, reference }) => {
  const create = (): ReturnType<typeof createClassifier> => createClassifier(algorithm, params, engine)
  const mixed = drawMixed(300, 1)
  const fitted = create().fit(mixed, { seed: 7 })

  it('gives each row one probability per class, summing to 1', () => {
    const p = fitted.predictProbability(mixed.x)
    expect([p.rows, p.columns]).toEqual([300, 3])
    expectProbabilities(p)
  })

  it('learns the category and the threshold', () => {
    const fresh = drawMixed(500, 2)
    expect(accuracyOf(fitted.predictProbability(fresh.x), fresh.y)).toBeGreaterThan(0.8)
  })

  it('repeats itself for the same seed', () => {
    const again = create().fit(mixed, { seed: 7 })
    expect(JSON.stringify(again)).toBe(JSON.stringify(fitted))
  })

  it('survives JSON with equal bytes of prediction and explanation', () => {
    const loaded = loadClassifier(jsonCopy(fitted))
    expect(loaded.predictProbability(mixed.x).data).toEqual(fitted.predictProbability(mixed.x).data)
    expect(loaded.explain(mixed.x)).toEqual(fitted.explain(mixed.x))
    expect(loaded.importance('gain')).toEqual(fitted.importance('gain'))
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(fitted))
  })

  it('explains by parts that add up to its output', () => {
    const { base, values, output } = fitted.explain(mixed.x)
    expect(values).toHaveLength(300 * 3 * 3)
    for (let i = 0; i < 300 * 3; i++) {
      const parts = values.subarray(i * 3, i * 3 + 3).reduce((a, b) => a + b, base[i % 3]!)
      expect(Math.abs(parts - output.data[i]!)).toBeLessThan(1e-9 * Math.max(1, Math.abs(output.data[i]!)))
    }
  })

  it.each(['gain', 'split'] as const)('shares out importance by %s', (kind) => {
    const importance = fitted.importance(kind)
    expect(importance).toHaveLength(3)
    expect(importance.every((share) => share >= 0)).toBe(true)
    expect(importance.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('reports progress up to 1 and lets the callback end the fit', () => {
    const seen: number[] = []
    create().fit(mixed, { seed: 7, onProgress: (fraction) => seen.push(fraction) })
    expect(seen.every((fraction, i) => fraction > (seen[i - 1] ?? 0))).toBe(true)
    expect(seen.at(-1)).toBe(1)
    const stop = (): never => {
      throw new Error('cancelled')
    }
    expect(() => create().fit(mixed, { seed: 7, onProgress: stop })).toThrow('cancelled')
  })

  it('is at most 0.02 less accurate than its reference on the same fresh rows', () => {
    const data = drawClasses(1000, 11)
    const fresh = drawClasses(2000, 12)
    const p = create().fit(data, { seed: 1 }).predictProbability(fresh.x)
    expect(accuracyOf(p, fresh.y)).toBeGreaterThan(referenceAccuracy[reference] - 0.02)
  })

  it('refuses rows of another width', () => {
    expect(() => fitted.predictProbability(matrix(2, 4))).toThrow(ModelInputError)
    expect(() => fitted.explain(matrix(2, 2))).toThrow(ModelInputError)
    expect(() => create().fit({ ...mixed, x: matrix(300, 2) }, { seed: 1 })).toThrow(ModelInputError)
  })

  it('refuses to learn from one class only, from no rows, or from labels out of range', () => {
    expect(() => create().fit({ ...mixed, y: new Int32Array(300) }, { seed: 1 })).toThrow(ModelInputError)
    const none = { ...mixed, x: matrix(0, 3), y: new Int32Array(0) }
    expect(() => create().fit(none, { seed: 1 })).toThrow(ModelInputError)
    expect(() => create().fit({ ...mixed, y: new Int32Array(300).fill(3, 5) }, { seed: 1 })).toThrow(
      ModelInputError,
    )
  })

  it('answers no rows with no rows', () => {
    expect(fitted.predictProbability(matrix(0, 3))).toEqual(matrix(0, 3))
    expect(fitted.explain(matrix(0, 3)).values).toHaveLength(0)
  })

  it('gives a constant column no part in its predictions', () => {
    const constant = withColumn(mixed, 2, 5)
    const model = create().fit(constant, { seed: 1 })
    expectProbabilities(model.predictProbability(constant.x))
    expect(model.importance('gain')[2]).toBe(0)
  })

  it('learns around a column that is always missing', () => {
    const missing = withColumn(mixed, 2, NaN)
    const model = create().fit(missing, { seed: 1 })
    expectProbabilities(model.predictProbability(missing.x))
    expectProbabilities(model.predictProbability(mixed.x))
    expect(model.importance('gain')[2]).toBe(0)
  })

  it('refuses infinite values when it learns and when it predicts', () => {
    for (const infinite of [Infinity, -Infinity]) {
      const data = withColumn(mixed, 0, infinite)
      expect(() => create().fit(data, { seed: 1 })).toThrow(ModelInputError)
      expect(() => fitted.predictProbability(data.x)).toThrow(ModelInputError)
    }
  })

  it('learns from duplicate rows and predicts them alike', () => {
    const twice = Int32Array.from({ length: 600 }, (_, i) => i >> 1)
    const x = takeRows(mixed.x, twice)
    const y = Int32Array.from(twice, (i) => mixed.y[i]!)
    const p = create()
      .fit({ ...mixed, x, y }, { seed: 1 })
      .predictProbability(x)
    expectProbabilities(p)
    for (let i = 0; i < 600; i += 2)
      expect(p.data.subarray(i * 3, i * 3 + 3)).toEqual(p.data.subarray(i * 3 + 3, i * 3 + 6))
  })

  it('treats a category that it has never seen as missing', () => {
    const unseen = withColumn(mixed, 1, 999_999)
    const missing = withColumn(mixed, 1, NaN)
    expect(fitted.predictProbability(unseen.x)).toEqual(fitted.predictProbability(missing.x))
  })

  it('refuses category codes that are no whole numbers from 0 when it learns', () => {
    for (const code of [-1, 0.5])
      expect(() => create().fit(withColumn(mixed, 1, code), { seed: 1 })).toThrow(ModelInputError)
  })

  it('refuses sample weights that are not positive, or too few of them', () => {
    const bad = new Float64Array(300).fill(1)
    bad[3] = 0
    expect(() => create().fit({ ...mixed, weights: bad }, { seed: 1 })).toThrow(ModelInputError)
    expect(() => create().fit({ ...mixed, weights: new Float64Array(3).fill(1) }, { seed: 1 })).toThrow(
      ModelInputError,
    )
  })

  it('hears sample weights, or says that it knows none', () => {
    const data = drawClasses(300, 21)
    const fresh = drawClasses(300, 22)
    const weights = Float64Array.from(data.y, (label) => (label === 2 ? 10 : 1))
    if (!shallow) {
      expect(() => create().fit({ ...data, weights }, { seed: 7 })).toThrow(ModelInputError)
      return
    }
    const meanOf = (set: TrainingSet): number => {
      const p = createClassifier(algorithm, shallow, engine).fit(set, { seed: 7 }).predictProbability(fresh.x)
      return p.data.reduce((sum, share, i) => sum + (i % 3 === 2 ? share : 0), 0) / p.rows
    }
    expect(meanOf({ ...data, weights })).toBeGreaterThan(meanOf(data) + 0.05)
  })

  it('refuses an unknown parameter', () => {
    expect(() => createClassifier(algorithm, { no_such_thing: 1 }, engine)).toThrow(ModelInputError)
  })

  it('refuses an artifact whose state was cut or changed', () => {
    const artifact = jsonCopy(fitted)
    for (const state of [null, {}, 'x', 3])
      expect(() => loadClassifier({ ...artifact, state })).toThrow(ModelInputError)
    for (const key of Object.keys(artifact.state as object)) {
      if (key === 'report') continue
      const state = { ...(artifact.state as Record<string, unknown>), [key]: undefined }
      expect(() => loadClassifier({ ...artifact, state }), key).toThrow(ModelInputError)
    }
    expect(() => loadClassifier({ ...artifact, features: artifact.features.slice(1) })).toThrow(
      ModelInputError,
    )
    expect(() => loadClassifier({ ...artifact, engine: 'constructor' })).toThrow(ModelInputError)
  })
})
