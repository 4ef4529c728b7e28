import type { ProtocolAnomaly } from '../../src/anomaly/anomaly-model.ts'
import type { AnomalyContribution, DetectorScore } from '../../src/db/schema.ts'

/** What every detector and the consensus said, so that the choice between them can be judged later. */
export function detectorScores({ scores }: ProtocolAnomaly, threshold: number): DetectorScore[] {
  return Object.entries(scores).map(([algorithm, score]) => ({
    algorithm,
    score,
    is_anomaly: score >= threshold,
  }))
}

/** The largest parts first, in the database's spelling. */
export function storedContributions({ contributions }: ProtocolAnomaly): AnomalyContribution[] {
  return contributions.map(({ typicalLow, typicalHigh, value, ...contribution }) => ({
    ...contribution,
    value: Number.isFinite(value) ? value : null,
    typical_low: typicalLow,
    typical_high: typicalHigh,
  }))
}
