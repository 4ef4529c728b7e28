import type { DetectorAlgorithm, DetectorParams } from '../../models/detectors/detector.ts'
import { ModelInputError } from '../../models/errors.ts'
import { type AnomalyModel, anomalyModelOf } from './anomaly-model.ts'
import { caughtCurve } from './caught-curve.ts'
import { fitConfidence } from './confidence.ts'
import { contaminationOf } from './contamination.ts'
import { type DetectorScores, type Ensemble, fitEnsemble, type Judge, type Rarities } from './ensemble.ts'
import {
  type JudgeScores,
  type LabelledAlert,
  scoreJudges,
  selectJudge,
  type Selection,
} from './selection.ts'
import { gatherMaterial, type ProtocolHistory, type TrainingMaterial } from './training-material.ts'
import { glitchKinds } from './injection.ts'
import { look, type View, views } from './views.ts'

export interface AnomalyFitOptions {
  readonly seed: number
  /** Calendar days up to the as-of day that the model may see; default 90. */
  readonly windowDays?: number
  /** The share of protocol-days to call anomalies, or `estimate` to read it off the scores; default 0.1. */
  readonly contamination?: number | 'estimate'
  /** Who decides; default `injected`: whoever ranks injected anomalies, and alerts that people answered, best. */
  readonly selection?: Selection
  /** What the detectors read; by default whatever ranks injected anomalies best. */
  readonly view?: View
  readonly detectorParams?: Readonly<Partial<Record<DetectorAlgorithm, DetectorParams>>>
  /** Rows that the detectors learn at most; default 1,500. */
  readonly trainingRows?: number
  /** What people said of past alerts. */
  readonly labelled?: readonly LabelledAlert[]
  readonly onProgress?: (fraction: number) => void
}

/**
 * Fits all five detectors on the days up to `asOfDay`, in each view, keeps the view and the judge that rank injected
 * events (glitches of a feed are worth no alert) best, and sets the threshold.
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

  const { view, ensemble, judges, pastScores, pastRarities, injectedRarities, eventRarities } = best
  const algorithmUsed = selectJudge(judges, options.selection ?? 'injected')
  const contamination =
    options.contamination === 'estimate'
      ? contaminationOf(algorithmUsed, pastScores)
      : (options.contamination ?? 0.1)
  return anomalyModelOf({
    asOfDay,
    view,
    algorithmUsed,
    threshold: 1 - contamination,
    judges,
    confidence: fitConfidence(pastRarities, injectedRarities),
    caught: caughtCurve(eventRarities[algorithmUsed]),
    ensemble,
    yardsticks: material.latest,
  })
}

/**
 * Movements come as decades of rarity already: nothing is left to squash, and what is far out is to stay so. One way to
 * move is all that the bottleneck may learn, and the kernel is wide enough to tell decades apart. Chosen on simulated markets 2 and 4.
 */
const paramsOf: Readonly<Partial<Record<View, AnomalyFitOptions['detectorParams']>>> = {
  movements: {
    autoencoder: { scaling: 'none', hidden: '1', epochs: 10 },
    dbscan: { scaling: 'none', minPoints: 20 },
    'isolation-forest': { scaling: 'none', sampleSize: 1024 },
    lof: { scaling: 'none', neighbours: 200 },
    'one-class-svm': { scaling: 'none', gamma: 0.05 },
  },
}

interface ViewFit {
  readonly view: View
  readonly ensemble: Ensemble
  readonly judges: Readonly<Record<Judge, JudgeScores>>
  readonly pastScores: DetectorScores
  readonly pastRarities: Rarities
  readonly injectedRarities: Rarities
  /** Of the injected anomalies that are worth an alert. */
  readonly eventRarities: Rarities
}

function fitView(
  view: View,
  { training, past, injected, earlier }: TrainingMaterial,
  { seed, detectorParams, labelled, onProgress }: AnomalyFitOptions,
  done: number,
): ViewFit {
  const pastRows = look(view, past, earlier)
  const { ensemble, pastScores } = fitEnsemble(look(view, training, earlier), pastRows, {
    seed,
    params: { ...paramsOf[view], ...detectorParams },
    ...(onProgress && { onProgress: (fraction) => onProgress(done + fraction / Object.keys(views).length) }),
  })
  const pastRarities = ensemble.rank(pastScores)
  const injectedRarities = ensemble.rank(ensemble.scores(look(view, injected, earlier)))
  const events = injected.filter(({ kind }) => !glitchKinds.includes(kind))
  const eventRarities = ensemble.rank(ensemble.scores(look(view, events, earlier)))
  const judges = scoreJudges(pastRows, pastRarities, eventRarities, labelled)
  return { view, ensemble, judges, pastScores, pastRarities, injectedRarities, eventRarities }
}
