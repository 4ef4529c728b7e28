import { ModelInputError } from '../errors.ts'
import { fitIsotonic, isotonicAt, type IsotonicCurve } from './isotonic.ts'
import { fitPlatt, plattAt, type PlattCurve } from './platt.ts'

/** Turns a score into a probability; plain JSON. */
export type Calibrator =
  ({ readonly kind: 'isotonic' } & IsotonicCurve) | ({ readonly kind: 'platt' } & PlattCurve)

export const calibrationKinds = ['isotonic', 'platt'] as const
export type CalibrationKind = (typeof calibrationKinds)[number]

/** @param positive 1 or 0 per row @throws ModelInputError on no rows or a score that is not finite */
export function fitCalibrator(
  kind: CalibrationKind,
  positive: ArrayLike<number>,
  score: ArrayLike<number>,
): Calibrator {
  if (positive.length === 0 || positive.length !== score.length)
    throw new ModelInputError(`Expected one score for each of 1 or more outcomes, got ${score.length}`)
  for (let i = 0; i < score.length; i++)
    if (!Number.isFinite(score[i]!)) throw new ModelInputError(`Expected finite scores, got ${score[i]!}`)
  return kind === 'isotonic'
    ? { kind, ...fitIsotonic(positive, score) }
    : { kind, ...fitPlatt(positive, score) }
}

/** The calibrated probability of one score. */
export function calibrated(calibrator: Calibrator, score: number): number {
  return calibrator.kind === 'isotonic' ? isotonicAt(calibrator, score) : plattAt(calibrator, score)
}
