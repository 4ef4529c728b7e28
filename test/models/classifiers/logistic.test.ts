import { describe, expect, it } from 'vitest'
import type { ClassifierArtifact, TrainingSet } from '../../../models/classifiers/classifier.ts'
import { createLogistic, loadLogistic } from '../../../models/classifiers/logistic.ts'
import type { LogisticState } from '../../../models/classifiers/logistic-state.ts'
import { ModelInputError } from '../../../models/errors.ts'
import { fromRows, matrix } from '../../../models/matrix.ts'
import goldens from '../../goldens/validation/validation.json' with { type: 'json' }

const golden = goldens.logistic
const reference: TrainingSet = {
  x: matrix(golden.y.length, 3, Float64Array.from(golden.x)),
  y: Int32Array.from(golden.y),
  classes: 3,
  features: ['a', 'b', 'c'].map((name) => ({ name, kind: 'numeric' })),
  weights: Float64Array.from(golden.weights),
}
const options = { seed: 1 }
const closeTo = (value: number, digits: number): unknown => expect.closeTo(value, digits)

type Damage = Readonly<Record<string, unknown>> & { readonly preparation?: object; readonly column?: object }

/** A category, a missing value and a constant column beside a number. */
const mixed: TrainingSet = {
  x: fromRows([
    [0.5, 0, 7],
    [NaN, 1, 7],
    [2, 1, 7],
    [1.5, 2, 7],
    [-1, 0, 7],
    [3, 2, 7],
  ]),
  y: Int32Array.of(0, 1, 1, 2, 0, 2),
  classes: 3,
  features: [
    { name: 'number', kind: 'numeric' },
    { name: 'category', kind: 'categorical' },
    { name: 'constant', kind: 'numeric' },
  ],
}

describe('logistic', () => {
  it("gives scikit-learn's probabilities", () => {
    const model = createLogistic({ C: golden.C, tol: 1e-9 }).fit(reference, options)
    const { data } = model.predictProbability(reference.x)
    expect([...data]).toEqual(golden.probability.map((p) => closeTo(p, 7)))
  })

  it('shrinks towards the base rates as C falls', () => {
    const model = createLogistic({ C: 1e-6 }).fit(mixed, options)
    for (const p of model.predictProbability(mixed.x).data) expect(p).toBeCloseTo(1 / 3, 3)
  })

  it('explains its margins exactly, one value per feature', () => {
    const model = createLogistic().fit(mixed, options)
    const { base, values, output, outputSpace } = model.explain(mixed.x)
    expect(outputSpace).toBe('raw_margin')
    output.data.forEach((margin, k) => {
      const parts = values.subarray(k * 3, (k + 1) * 3)
      expect(base[k % 3]! + parts.reduce((a, b) => a + b)).toBeCloseTo(margin, 12)
      expect(parts[2]).toBe(0)
    })
    const importance = model.importance('gain')
    expect(importance.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
    expect(importance[2]).toBe(0)
  })

  it('has margins whose softmax is the probability', () => {
    const model = createLogistic().fit(mixed, options)
    const { output } = model.explain(mixed.x)
    const probability = model.predictProbability(mixed.x)
    for (let i = 0; i < 6; i++) {
      const exps = [0, 1, 2].map((c) => Math.exp(output.data[i * 3 + c]!))
      const total = exps.reduce((a, b) => a + b)
      exps.forEach((e, c) => expect(e / total).toBeCloseTo(probability.data[i * 3 + c]!, 12))
    }
  })

  it('predicts the same bytes after a round trip through JSON', () => {
    const model = createLogistic().fit(mixed, options)
    const loaded = loadLogistic(JSON.parse(JSON.stringify(model)) as ClassifierArtifact)
    expect(loaded.predictProbability(mixed.x)).toEqual(model.predictProbability(mixed.x))
    expect(loaded.explain(mixed.x)).toEqual(model.explain(mixed.x))
  })

  it.each([
    ['a weight that is no number', { weights: ['1'] }, /finite weights/],
    ['an intercept too few', { intercepts: [0, 0] }, 'Expected 3 finite intercepts'],
    ['a column too few', { preparation: { columns: [], width: 0 } }, 'Expected the preparation of 3 columns'],
    ['another width', { preparation: { width: 9 } }, 'Expected 5 prepared columns, got 9'],
    ['levels that repeat', { column: { kind: 'categorical', levels: [1, 1, 2] } }, 'distinct whole codes'],
    ['a kind that is not its own', { column: { kind: 'numeric' } }, 'Expected the preparation of category'],
  ])('refuses an artifact with %s', (_, { column, ...change }: Damage, message) => {
    const artifact = JSON.parse(JSON.stringify(createLogistic().fit(mixed, options))) as ClassifierArtifact
    const state = artifact.state as LogisticState
    const preparation = { ...state.preparation, ...change.preparation }
    const columns = column
      ? preparation.columns.map((own, f) => (f === 1 ? (column as never) : own))
      : preparation.columns
    const damaged = { ...state, ...change, preparation: { ...preparation, columns } }
    expect(() => loadLogistic({ ...artifact, state: damaged })).toThrow(message)
    expect(() => loadLogistic({ ...artifact, state: damaged })).toThrow(ModelInputError)
  })

  it('answers for a category and a gap that training did not have', () => {
    const model = createLogistic().fit(mixed, options)
    const { data } = model.predictProbability(fromRows([[NaN, 99, NaN]]))
    expect(data.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('refuses what it cannot learn from', () => {
    expect(() => createLogistic({ C: 0 })).toThrow(
      new ModelInputError('Expected C of logistic to be a number from 1e-9 to 1000000000, got 0'),
    )
    const oneClass = { ...mixed, y: new Int32Array(6) }
    expect(() => createLogistic().fit(oneClass, options)).toThrow(ModelInputError)
    const infinite = { ...mixed, x: fromRows(Array.from({ length: 6 }, () => [Infinity, 1, 1])) }
    expect(() => createLogistic().fit(infinite, options)).toThrow(
      'Expected number to be a finite number or NaN, got Infinity in row 0',
    )
    expect(() => createLogistic().fit(mixed, options).predictProbability(matrix(1, 2))).toThrow(
      new ModelInputError('Expected 3 columns, got 2'),
    )
  })
})
