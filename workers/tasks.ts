import type { MessagePort } from 'node:worker_threads'
import { row } from '../models/matrix.ts'
import {
  type AnomalyModelArtifact,
  loadAnomalyModel,
  type ProtocolAnomaly,
} from '../src/anomaly/anomaly-model.ts'
import { type AnomalyFitOptions, fitAnomalyModel } from '../src/anomaly/fit-anomaly-model.ts'
import { featureNames } from '../src/domain/feature-names.ts'
import type { DriftReference } from '../src/drift/drift-reference.ts'
import { anomalyReference, riskReference } from '../src/drift/training-window.ts'
import type { Movements } from '../src/features/movement-kinds.ts'
import type { FeatureVector } from '../src/features/series.ts'
import { assess, type Assessment } from '../src/training/assessment.ts'
import { type Candidate, type CandidateResult, evaluateCandidate } from '../src/training/candidates.ts'
import { foldsOf } from '../src/training/folds.ts'
import type { ModelConfig } from '../src/training/learner.ts'
import { loadRiskModel, meanAbsoluteShap, type RiskModelArtifact } from '../src/training/risk-model.ts'
import { buildSamples, type ProtocolHistory, type Samples } from '../src/training/samples.ts'
import { trainRiskModel } from '../src/training/train-risk-model.ts'
import { type VectorTable, vectorTable } from '../src/training/vector-table.ts'

/*
 * What runs in threads: pure functions of their input, which crosses as a structured clone. `progressPort` is added by the
 * pool and takes fractions.
 */
interface Reporting {
  readonly progressPort?: MessagePort
}
const reporter =
  ({ progressPort }: Reporting) =>
  (fraction: number): void =>
    progressPort?.postMessage(fraction)

export function fitAnomaly(
  input: {
    readonly histories: readonly ProtocolHistory[]
    readonly asOfDay: number
    readonly options: Omit<AnomalyFitOptions, 'onProgress'>
  } & Reporting,
): AnomalyModelArtifact {
  const { histories, asOfDay, options } = input
  return fitAnomalyModel(histories, asOfDay, { ...options, onProgress: reporter(input) }).toJSON()
}

export function scoreAnomalies(input: {
  readonly artifact: AnomalyModelArtifact
  readonly vectors: readonly FeatureVector[]
  readonly before: readonly FeatureVector[]
  readonly movements: readonly (readonly [protocolId: string, movements: Movements])[]
}): ProtocolAnomaly[] {
  const before = new Map(input.before.map((vector) => [vector.protocolId, vector]))
  const movements = new Map(input.movements)
  return loadAnomalyModel(input.artifact).score(input.vectors, { before, movements })
}

/** What later scans are compared with, of an anomaly model. */
export function referToAnomalyWindow(input: {
  readonly artifact: AnomalyModelArtifact
  readonly histories: readonly ProtocolHistory[]
}): DriftReference {
  return anomalyReference(loadAnomalyModel(input.artifact), input.histories)
}

/** The same of a risk model. */
export function referToRiskWindow(vectors: VectorTable): DriftReference {
  return riskReference(vectors)
}

export interface RiskRow {
  readonly protocolId: string
  readonly level: number
  /** low, medium, high */
  readonly probabilities: readonly number[]
  /** Of class high, before calibration. */
  readonly output: number
  /** In the order of `featureNames`. */
  readonly shapValues: readonly number[]
}

export interface ScoredRisk {
  readonly outputSpace: 'raw_margin' | 'probability'
  readonly base: number
  readonly rows: readonly RiskRow[]
}

/** All protocols of one day together: features may be read as ranks among them. */
export function scoreRisk(input: {
  readonly artifact: RiskModelArtifact
  readonly vectors: readonly FeatureVector[]
}): ScoredRisk {
  const model = loadRiskModel(input.artifact)
  const table = vectorTable(input.vectors)
  const { level, probability } = model.predict(table)
  const explanation = model.explain(table)
  return {
    outputSpace: explanation.outputSpace,
    base: explanation.base,
    rows: input.vectors.map(({ protocolId }, i) => ({
      protocolId,
      level: level[i]!,
      probabilities: Array.from(row(probability, i)),
      output: explanation.output[i]!,
      shapValues: Array.from(row(explanation.values, i)),
    })),
  }
}

export function gatherSamples(input: {
  readonly histories: readonly ProtocolHistory[]
  readonly knownUpToDay: number
}): Samples {
  return buildSamples(input.histories, input.knownUpToDay)
}

/** Grids are compared on five blocks of days, walk-forward and purged; what is served is assessed month by month. */
export function evaluate(
  input: { readonly samples: Samples; readonly candidate: Candidate; readonly seed: number } & Reporting,
): CandidateResult {
  const { samples, candidate, seed } = input
  const folds = foldsOf(samples, 'walk-forward-blocks', seed)
  return evaluateCandidate(samples, candidate, folds, { seed, onProgress: reporter(input) })
}

export interface FinishedRisk {
  readonly artifact: RiskModelArtifact
  readonly assessment: Assessment
  /** Of the current model's configuration, refitted on the same folds; null when there is none. */
  readonly currentAssessment: Assessment | null
  readonly importance: Readonly<Record<'mean_abs_shap' | 'gain' | 'split', Readonly<Record<string, number>>>>
}

/** Refits the chosen configuration on all samples, and judges it beside the current one on the same folds. */
export function finishRisk(
  input: {
    readonly samples: Samples
    readonly config: ModelConfig
    readonly currentConfig: ModelConfig | null
    readonly seed: number
  } & Reporting,
): FinishedRisk {
  const { samples, config, currentConfig, seed } = input
  const folds = foldsOf(samples, 'walk-forward', seed)
  const options = { seed, onProgress: reporter(input) }
  const assessment = assess(samples, config, folds, options)
  const model = trainRiskModel(samples, config, { seed })
  const named = (values: Float64Array): Record<string, number> =>
    Object.fromEntries(featureNames.map((name, i) => [name, values[i]!]))
  return {
    artifact: model.toJSON(),
    assessment,
    currentAssessment: currentConfig ? assess(samples, currentConfig, folds, options) : null,
    importance: {
      mean_abs_shap: named(meanAbsoluteShap(model.explain(samples.vectors))),
      gain: named(model.importance('gain')),
      split: named(model.importance('split')),
    },
  }
}
