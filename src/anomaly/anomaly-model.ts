import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { ModelInputError } from '../../models/errors.ts'
import { calibrated, type Calibrator } from '../../models/validation/calibration.ts'
import type { CaughtPoint } from '../alerts/expected-precision.ts'
import { movementKinds, type Movements } from '../features/movement-kinds.ts'
import type { FeatureVector } from '../features/series.ts'
import { agreementOf } from './agreement.ts'
import { type AlertLevel, alertLevelOf } from './alert-level.ts'
import { type Ensemble, type EnsembleArtifact, type Judge, loadEnsemble, type Rarities } from './ensemble.ts'
import { explainRow, type FeatureContribution } from './explain.ts'
import type { PastRanks } from './past-ranks.ts'
import type { JudgeScores } from './selection.ts'
import { loadTypicalRanges, type TypicalRangesState } from './typical-ranges.ts'
import { look, type Sight, type View, type Yardsticks } from './views.ts'

/** What a scan says of one protocol. */
export interface ProtocolAnomaly {
  readonly protocolId: string
  readonly asOfDay: number
  /** In [0, 1] of each detector and the consensus: the share of past protocol-days that were less abnormal. */
  readonly scores: Readonly<Record<Judge, number>>
  /** The score of the judge that was selected. */
  readonly anomalyScore: number
  readonly isAnomaly: boolean
  /** The probability, calibrated on injected anomalies, that `isAnomaly` is right. */
  readonly confidence: number
  readonly alertLevel: AlertLevel
  readonly algorithmUsed: Judge
  /** The largest part first; they add up to `anomalyScore`. */
  readonly contributions: readonly FeatureContribution[]
}

export interface ScoreOptions {
  /** The vectors of the day before, by protocol: without them changes in a day are unknown. */
  readonly before?: ReadonlyMap<string, FeatureVector>
  /** How each protocol moved away from the market, by protocol; unknown where missing. */
  readonly movements?: ReadonlyMap<string, Movements>
  /** In place of the model's own. */
  readonly threshold?: number
}

/** Five detectors that agree on what left its normal path; fitted once a week, asked at every scan. */
export interface AnomalyModel {
  readonly asOfDay: number
  readonly view: View
  readonly algorithmUsed: Judge
  /** Scores from here on are anomalies. */
  readonly threshold: number
  /** How well each judge ranked injected anomalies, and its silhouette. */
  readonly judges: Readonly<Record<Judge, JudgeScores>>
  /** How many injected anomalies the judge in charge catches at which score. */
  readonly caught: readonly CaughtPoint[]
  score(vectors: readonly FeatureVector[], options?: ScoreOptions): ProtocolAnomaly[]
  toJSON(): AnomalyModelArtifact
}

export interface AnomalyModelArtifact {
  readonly kind: 'anomaly-model'
  readonly asOfDay: number
  readonly view: View
  readonly algorithmUsed: Judge
  readonly threshold: number
  readonly judges: Readonly<Record<Judge, JudgeScores>>
  readonly confidence: Calibrator
  readonly caught: readonly CaughtPoint[]
  readonly ensemble: EnsembleArtifact
  readonly ranges: TypicalRangesState
  readonly movementRanks: readonly PastRanks[]
}

type Parts = Omit<AnomalyModelArtifact, 'kind' | 'ensemble' | 'ranges' | 'movementRanks'> & {
  readonly ensemble: Ensemble
  readonly yardsticks: Yardsticks
}

/** @throws ModelInputError when the artifact is not an anomaly model, or one of a release that followed other movements. */
export function loadAnomalyModel(artifact: AnomalyModelArtifact): AnomalyModel {
  const { kind, ranges, movementRanks, ...rest } = artifact as { kind: unknown } & Omit<
    AnomalyModelArtifact,
    'kind'
  >
  if (kind !== 'anomaly-model') throw new ModelInputError(`Expected an anomaly model, got ${String(kind)}`)
  if (movementRanks.length !== movementKinds.length)
    throw new ModelInputError(
      `Expected a model of ${movementKinds.length} kinds of movement, got one of ${movementRanks.length}: train anomaly models anew`,
    )
  return anomalyModelOf({
    ...rest,
    ensemble: loadEnsemble(artifact.ensemble),
    yardsticks: { ranges: loadTypicalRanges(ranges), movementRanks },
  })
}

/** The parts of a fitted model, put to work. */
export function anomalyModelOf(parts: Parts): AnomalyModel {
  const { asOfDay, view, algorithmUsed, judges, caught, ensemble, yardsticks, confidence } = parts
  return {
    asOfDay,
    view,
    algorithmUsed,
    threshold: parts.threshold,
    judges,
    caught,
    score(vectors, { before, movements, threshold = parts.threshold } = {}) {
      const sights = vectors.map((vector): Sight => ({
        vector,
        before: before?.get(vector.protocolId),
        movements: movements?.get(vector.protocolId),
      }))
      const explanation = ensemble.explain(look(view, sights, yardsticks))
      const { rarities } = explanation
      const agreement = agreementOf(rarities)
      return sights.map((sight, i) => {
        const anomalyScore = 1 - rarities[algorithmUsed][i]!
        const isAnomaly = anomalyScore >= threshold
        const abnormal = calibrated(confidence, agreement[i]!)
        return {
          protocolId: sight.vector.protocolId,
          asOfDay: sight.vector.asOfDay,
          scores: scoresOf(rarities, i),
          anomalyScore,
          isAnomaly,
          confidence: isAnomaly ? abnormal : 1 - abnormal,
          alertLevel: alertLevelOf(anomalyScore, threshold),
          algorithmUsed,
          contributions: explainRow(i, anomalyScore, sight, view, explanation, yardsticks.ranges),
        }
      })
    },
    toJSON() {
      const { yardsticks: _, ...plain } = parts
      return {
        kind: 'anomaly-model',
        ...plain,
        ensemble: ensemble.toJSON(),
        ranges: yardsticks.ranges.toJSON(),
        movementRanks: yardsticks.movementRanks,
      }
    },
  }
}

function scoresOf(rarities: Rarities, i: number): Record<Judge, number> {
  return Object.fromEntries(
    [...detectorAlgorithms, 'consensus' as const].map((judge) => [judge, 1 - rarities[judge][i]!]),
  ) as Record<Judge, number>
}
