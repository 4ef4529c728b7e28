import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { type Calibrator, fitCalibrator } from '../../models/validation/calibration.ts'
import type { Rarities } from './ensemble.ts'

/**
 * How strongly the detectors agree that a row is abnormal: the mean of −log₁₀ rarity over the five, in decades (up to
 * a factor Fisher's statistic for combining p-values).
 */
export function evidenceOf(rarities: Rarities, i: number): number {
  let sum = 0
  for (const algorithm of detectorAlgorithms) sum -= Math.log10(rarities[algorithm][i]!)
  return sum / detectorAlgorithms.length
}

/** Confidence = P(injected | evidence), a logistic curve through injected rows (1) and past ones (0). */
export function fitConfidence(past: Rarities, injected: Rarities): Calibrator {
  const evidence = (rarities: Rarities): number[] =>
    Array.from(rarities.consensus, (_, i) => evidenceOf(rarities, i))
  const ordinary = evidence(past)
  const abnormal = evidence(injected)
  return fitCalibrator(
    'platt',
    [...ordinary.map(() => 0), ...abnormal.map(() => 1)],
    [...ordinary, ...abnormal],
  )
}
