import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { medianOf } from '../../models/median.ts'
import type { DetectorScores, Judge } from './ensemble.ts'

/** Beyond this modified z-score a value is an outlier (Iglewicz and Hoaglin 1993). */
const outlierScore = 3.5
/** Turns a median absolute deviation into a standard deviation of normal values. */
const consistency = 0.6745

/**
 * The share of scores that stand out from the bulk by the modified z-score of Iglewicz and Hoaglin, "How to Detect and
 * Handle Outliers", 1993: 0.6745 (x − median) / MAD > 3.5. At least one in twice the number of scores, at most a half.
 * @param scores one or more, the higher the more abnormal
 */
export function estimateContamination(scores: Float64Array): number {
  const median = medianOf(scores)
  const deviation = medianOf(scores.map((score) => Math.abs(score - median)))
  const outliers = scores.filter((score) => consistency * (score - median) > outlierScore * deviation).length
  return Math.min(Math.max(outliers, 0.5) / scores.length, 0.5)
}

/** A detector's own estimate; for the consensus the median of the five. */
export function contaminationOf(judge: Judge, scores: DetectorScores): number {
  return judge === 'consensus'
    ? medianOf(detectorAlgorithms.map((algorithm) => estimateContamination(scores[algorithm])))
    : estimateContamination(scores[judge])
}
