import type { ProtocolAnomaly } from '../../src/anomaly/anomaly-model.ts'
import type { AnomalyVerdict } from '../../src/anomaly/verdict.ts'
import type { NewAnomalyScore } from '../../src/db/scans.ts'
import type { AnomalyContribution, DetectorScore } from '../../src/db/schema.ts'

/** Of what is normal only the largest parts are kept: all 15 of 6,500 protocols are most of a scan's size. */
const partsOfNormal = 3

/** One protocol's line of a scan. @param verdict undefined where nothing is abnormal */
export function scoreRow(
  anomaly: ProtocolAnomaly,
  threshold: number,
  verdict: AnomalyVerdict | undefined,
): NewAnomalyScore {
  return {
    protocolId: anomaly.protocolId,
    isAnomaly: anomaly.isAnomaly,
    anomalyScore: anomaly.anomalyScore,
    confidence: anomaly.confidence,
    alertLevel: anomaly.alertLevel,
    algorithm: anomaly.algorithmUsed,
    detectors: detectorScores(anomaly, threshold),
    contributions: storedContributions(anomaly),
    verdict: verdict?.verdict ?? 'normal',
    verdictReason: verdict?.reason ?? '',
  }
}

/** What every detector and the consensus said, so that the choice between them can be judged later. */
function detectorScores({ scores }: ProtocolAnomaly, threshold: number): DetectorScore[] {
  return Object.entries(scores).map(([algorithm, score]) => ({
    algorithm,
    score,
    is_anomaly: score >= threshold,
  }))
}

/** The largest parts first, in the database's spelling. */
function storedContributions({ contributions, isAnomaly }: ProtocolAnomaly): AnomalyContribution[] {
  const told = isAnomaly ? contributions : contributions.slice(0, partsOfNormal)
  return told.map(({ typicalLow, typicalHigh, value, ...contribution }) => ({
    ...contribution,
    value: Number.isFinite(value) ? value : null,
    typical_low: typicalLow,
    typical_high: typicalHigh,
  }))
}
