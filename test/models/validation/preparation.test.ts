import { describe, expect, it } from 'vitest'
import { ModelInputError } from '../../../models/errors.ts'
import { fromRows, matrix } from '../../../models/matrix.ts'
import { fitPreparation, prepare, sourceFeatures } from '../../../models/validation/preparation.ts'

const features = [
  { name: 'number', kind: 'numeric' },
  { name: 'category', kind: 'categorical' },
] as const
const training = fromRows([
  [1, 5],
  [NaN, 7],
  [3, 5],
])

describe('preparation', () => {
  const fitted = fitPreparation(training, features)

  it('imputes the median, standardises, and gives each level a column', () => {
    const { data } = prepare(fitted, training)
    const scale = Math.sqrt(2 / 3)
    expect([...data]).toEqual([-1 / scale, 1, 0, 0, 0, 1, 1 / scale, 1, 0])
    expect([...sourceFeatures(fitted)]).toEqual([0, 1, 1])
  })

  it('uses what training taught, whatever the rows at hand are', () => {
    const { data } = prepare(fitted, fromRows([[NaN, 99]]))
    expect([...data]).toEqual([0, 0, 0])
  })

  it('makes a column that is constant, or missing throughout, 0', () => {
    const x = fromRows([
      [4, NaN],
      [4, NaN],
    ])
    const numeric = [features[0], { name: 'empty', kind: 'numeric' }] as const
    expect([...prepare(fitPreparation(x, numeric), fromRows([[9, 9]])).data]).toEqual([0, 0])
  })

  it('refuses no rows, and another width', () => {
    expect(() => fitPreparation(matrix(0, 2), features)).toThrow(ModelInputError)
    expect(() => prepare(fitted, matrix(1, 3))).toThrow(new ModelInputError('Expected 2 columns, got 3'))
  })
})
