import { type Calibrator, fitCalibrator } from '../../models/validation/calibration.ts'
import { expectedAnomalyShare } from '../domain/expected-anomalies.ts'
import { agreementOf } from './agreement.ts'
import type { Rarities } from './ensemble.ts'

/**
 * Confidence = P(anomaly | agreement): a logistic curve through injected rows (1) and past ones (0), moved from the
 * injected share to the expected one (Saerens, Latinne and Decaestecker 2002).
 */
export function fitConfidence(past: Rarities, injected: Rarities): Calibrator {
  const ordinary = agreementOf(past)
  const abnormal = agreementOf(injected)
  const isInjected = new Uint8Array(ordinary.length + abnormal.length).fill(1, ordinary.length)
  const curve = fitCalibrator('platt', isInjected, Float64Array.of(...ordinary, ...abnormal))
  if (curve.kind !== 'platt') return curve
  const shift = logOdds(expectedAnomalyShare) - Math.log((abnormal.length + 1) / (ordinary.length + 1))
  return { ...curve, intercept: curve.intercept + shift }
}

function logOdds(share: number): number {
  return Math.log(share / (1 - share))
}
