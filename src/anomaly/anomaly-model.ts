import type { DetectorAlgorithm, DetectorParams } from '../../models/detectors/detector.ts'
import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { ModelInputError } from '../../models/errors.ts'
import { calibrated, type Calibrator } from '../../models/validation/calibration.ts'
import type { FeatureVector } from '../features/series.ts'
import { type AlertLevel, alertLevelOf } from './alert-level.ts'
import { agreementOf } from './agreement.ts'
import { fitConfidence } from './confidence.ts'
import {
  type DetectorScores,
  type Ensemble,
  type EnsembleArtifact,
  fitEnsemble,
  type Judge,
  loadEnsemble,
  type Rarities,
} from './ensemble.ts'
import { explainRow, type FeatureContribution } from './explain.ts'
import { loadTypicalRanges, type TypicalRanges, type TypicalRangesState } from './typical-ranges.ts'
import { type JudgeScores, type Selection, selectJudge, scoreJudges } from './selection.ts'
import { contaminationOf } from './contamination.ts'
import { gatherMaterial, type ProtocolHistory, type TrainingMaterial } from './training-material.ts'
import { look, type Sight, type View, views } from './views.ts'

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

export interface AnomalyFitOptions {
  readonly seed: number
  /** Calendar days up to the as-of day that the model may see; default 90. */
  readonly windowDays?: number
  /** The share of protocol-days to call anomalies, or `estimate` to read it off the scores; default 0.1. */
  readonly contamination?: number | 'estimate'
  /** Who decides; default `injected`: whoever ranks injected anomalies best. */
  readonly selection?: Selection
  /** What the detectors read; by default whatever ranks injected anomalies best. */
  readonly view?: View
  readonly detectorParams?: Readonly<Partial<Record<DetectorAlgorithm, DetectorParams>>>
  /** Rows that the detectors learn at most; default 1,500. */
  readonly trainingRows?: number
  readonly onProgress?: (fraction: number) => void
}

export interface ScoreOptions {
  /** The vectors of the day before, by protocol: without them changes in a day are unknown. */
  readonly before?: ReadonlyMap<string, FeatureVector>
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
  readonly ensemble: EnsembleArtifact
  readonly ranges: TypicalRangesState
}

type Parts = Omit<AnomalyModelArtifact, 'kind' | 'ensemble' | 'ranges'> & {
  readonly ensemble: Ensemble
  readonly ranges: TypicalRanges
}

/**
 * Fits all five detectors on the days up to `asOfDay`, in each view, keeps the view and the judge that rank injected
 * anomalies best, and sets the threshold.
 * @throws ModelInputError without a protocol that has 10 points
 */
export function fitAnomalyModel(
  protocols: readonly ProtocolHistory[],
  asOfDay: number,
  options: AnomalyFitOptions,
): AnomalyModel {
  const material = gatherMaterial(protocols, asOfDay, {
    seed: options.seed,
    windowDays: options.windowDays ?? 90,
    trainingRows: options.trainingRows ?? 1500,
    injectionsPerKind: 40,
  })
  if (material.training.length === 0 || material.past.length === 0)
    throw new ModelInputError(
      `Expected protocols with 10 points or more in the window, got ${material.training.length} rows to learn and ${material.past.length} to rank against`,
    )
  const candidates = options.view === undefined ? (Object.keys(views) as View[]) : [options.view]
  const fits = candidates.map((view, v) => fitView(view, material, options, v / candidates.length))
  const best = fits.reduce((a, b) =>
    b.judges.consensus.averagePrecision > a.judges.consensus.averagePrecision ? b : a,
  )

  const { view, ensemble, judges, pastScores, pastRarities, injectedRarities } = best
  const algorithmUsed = selectJudge(judges, options.selection ?? 'injected')
  const contamination =
    options.contamination === 'estimate'
      ? contaminationOf(algorithmUsed, pastScores)
      : (options.contamination ?? 0.1)
  return modelOf({
    asOfDay,
    view,
    algorithmUsed,
    threshold: 1 - contamination,
    judges,
    confidence: fitConfidence(pastRarities, injectedRarities),
    ensemble,
    ranges: material.ranges,
  })
}

interface ViewFit {
  readonly view: View
  readonly ensemble: Ensemble
  readonly judges: Readonly<Record<Judge, JudgeScores>>
  readonly pastScores: DetectorScores
  readonly pastRarities: Rarities
  readonly injectedRarities: Rarities
}

function fitView(
  view: View,
  { training, past, injected, earlierRanges }: TrainingMaterial,
  { seed, detectorParams, onProgress }: AnomalyFitOptions,
  done: number,
): ViewFit {
  const pastRows = look(view, past, earlierRanges)
  const { ensemble, pastScores } = fitEnsemble(look(view, training, earlierRanges), pastRows, {
    seed,
    ...(detectorParams && { params: detectorParams }),
    ...(onProgress && { onProgress: (fraction) => onProgress(done + fraction / Object.keys(views).length) }),
  })
  const pastRarities = ensemble.rank(pastScores)
  const injectedRarities = ensemble.rank(ensemble.scores(look(view, injected, earlierRanges)))
  const judges = scoreJudges(pastRows, pastRarities, injectedRarities)
  return { view, ensemble, judges, pastScores, pastRarities, injectedRarities }
}

/** @throws ModelInputError when the artifact is not an anomaly model. */
export function loadAnomalyModel(artifact: AnomalyModelArtifact): AnomalyModel {
  const { kind, ...rest } = artifact as { kind: unknown } & Omit<AnomalyModelArtifact, 'kind'>
  if (kind !== 'anomaly-model') throw new ModelInputError(`Expected an anomaly model, got ${String(kind)}`)
  return modelOf({
    ...rest,
    ensemble: loadEnsemble(artifact.ensemble),
    ranges: loadTypicalRanges(artifact.ranges),
  })
}

function modelOf(parts: Parts): AnomalyModel {
  const { asOfDay, view, algorithmUsed, judges, ensemble, ranges, confidence } = parts
  return {
    asOfDay,
    view,
    algorithmUsed,
    threshold: parts.threshold,
    judges,
    score(vectors, { before, threshold = parts.threshold } = {}) {
      const sights = vectors.map((vector): Sight => ({ vector, before: before?.get(vector.protocolId) }))
      const explanation = ensemble.explain(look(view, sights, ranges))
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
          contributions: explainRow(i, anomalyScore, sight, views[view], explanation, ranges),
        }
      })
    },
    toJSON: () => ({
      kind: 'anomaly-model',
      ...parts,
      ensemble: ensemble.toJSON(),
      ranges: ranges.toJSON(),
    }),
  }
}

function scoresOf(rarities: Rarities, i: number): Record<Judge, number> {
  return Object.fromEntries(
    [...detectorAlgorithms, 'consensus' as const].map((judge) => [judge, 1 - rarities[judge][i]!]),
  ) as Record<Judge, number>
}
