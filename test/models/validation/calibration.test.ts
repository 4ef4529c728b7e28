import { describe, expect, it } from 'vitest'
import { ModelInputError } from '../../../models/errors.ts'
import { calibrated, calibrationKinds, fitCalibrator } from '../../../models/validation/calibration.ts'
import goldens from '../../goldens/validation/validation.json' with { type: 'json' }

const closeTo = (value: number, digits: number): unknown => expect.closeTo(value, digits)
const { score, positive, at, isotonic, platt } = goldens.calibration

describe('calibration', () => {
  it('fits the isotonic steps of scikit-learn', () => {
    const fitted = fitCalibrator('isotonic', positive, score)
    expect(at.map((value) => calibrated(fitted, value))).toEqual(isotonic.map((p) => closeTo(p, 12)))
  })

  it("fits Platt's curve as scikit-learn does", () => {
    const fitted = fitCalibrator('platt', positive, score)
    expect(at.map((value) => calibrated(fitted, value))).toEqual(platt.map((p) => closeTo(p, 5)))
  })

  it.each(calibrationKinds)('%s never lets a higher score mean a lower probability', (kind) => {
    const fitted = fitCalibrator(kind, positive, score)
    const sweep = Array.from({ length: 200 }, (_, i) => calibrated(fitted, i / 20 - 5))
    expect(sweep).toEqual([...sweep].sort((a, b) => a - b))
    expect(sweep.every((p) => p >= 0 && p <= 1)).toBe(true)
  })

  it.each(calibrationKinds)('%s survives JSON', (kind) => {
    const fitted = fitCalibrator(kind, positive, score)
    const loaded = JSON.parse(JSON.stringify(fitted)) as typeof fitted
    expect(at.map((value) => calibrated(loaded, value))).toEqual(at.map((value) => calibrated(fitted, value)))
  })

  it.each(calibrationKinds)('%s answers near the base rate where all scores are equal', (kind) => {
    const fitted = fitCalibrator(kind, [1, 0, 0, 0], [2, 2, 2, 2])
    expect(calibrated(fitted, 2)).toBeGreaterThan(0.2)
    expect(calibrated(fitted, 2)).toBeLessThan(0.4)
  })

  it('refuses scores that are not finite', () => {
    expect(() => fitCalibrator('platt', [1, 0], [1, NaN])).toThrow(
      new ModelInputError('Expected finite scores, got NaN'),
    )
    expect(() => fitCalibrator('isotonic', [], [])).toThrow(ModelInputError)
  })
})
