import { classifierAlgorithms, type ClassifierAlgorithm } from '../../models/classifiers/classifier.ts'
import { majorityBaseline, volatilityBaseline } from './baselines.ts'
import {
  candidatesIn,
  chooseCandidate,
  type Candidate,
  type CandidateResult,
  type GridName,
} from './candidates.ts'
import { riskFigures, type FoldPredictions, type RiskFigures } from './figures.ts'
import type { Judgement } from './judgement.ts'
import { foldsOf } from './folds.ts'
import { meanAbsoluteShap } from './risk-model.ts'
import type { Samples } from './samples.ts'
import type * as tasks from './tasks.ts'
import { trainRiskModel } from './train-risk-model.ts'

/** Does the tasks, in threads or right here. */
export type Executor = {
  readonly [N in keyof typeof tasks]: (
    input: Parameters<(typeof tasks)[N]>[0],
  ) => Promise<ReturnType<(typeof tasks)[N]>>
}

/** What was said about unseen rows in walk-forward folds, and what that was worth. */
export interface Judged {
  readonly predictions: FoldPredictions
  readonly judgement: Judgement
}

export interface AlgorithmReport extends Judged {
  readonly candidate: Candidate
  /** On five walk-forward blocks, not calibrated: what the choice rests on. */
  readonly grid: Judgement
  readonly grouped: RiskFigures
  readonly shuffled: RiskFigures
}

export interface EvaluationReport {
  readonly samples: Samples
  /** How many configurations were compared. */
  readonly candidates: number
  /** The chosen candidate of each algorithm. */
  readonly algorithms: readonly AlgorithmReport[]
  readonly promoted: AlgorithmReport
  readonly bestByPrecision: AlgorithmReport
  readonly majority: Judged
  readonly volatility: Judged
  /** Of the promoted model refitted on everything: per feature its share in mean |SHAP| for class high. */
  readonly importance: Float64Array
}

export interface EvaluationOptions {
  readonly seed: number
  readonly algorithms?: readonly ClassifierAlgorithm[]
  readonly grid?: GridName
  readonly onProgress?: (done: string) => void
}

/** Compares all algorithms with each other and with both baselines. */
export async function evaluateSamples(
  samples: Samples,
  executor: Executor,
  options: EvaluationOptions,
): Promise<EvaluationReport> {
  const { seed, algorithms = classifierAlgorithms, grid: gridName = 'full', onProgress } = options
  const folds = foldsOf(samples, 'walk-forward', seed)
  const judged = async (predictions: FoldPredictions): Promise<Judged> => ({
    predictions,
    judgement: await executor.judgementTask({ samples, predictions, seed }),
  })

  const grids = await Promise.all(
    algorithms.map(async (algorithm) => {
      const results = await evaluateAll(samples, executor, candidatesIn(gridName, algorithm), seed)
      onProgress?.(`grid of ${algorithm}: ${results.length} configurations`)
      return results
    }),
  )
  const chosen = chooseCandidate(grids.flat())!
  const reports = await Promise.all(
    grids.map(async (results): Promise<AlgorithmReport> => {
      const { candidate, judgement: grid } = results.includes(chosen) ? chosen : chooseCandidate(results)!
      const predictions = (kind: 'walk-forward' | 'grouped' | 'shuffled'): Promise<FoldPredictions> =>
        executor.predictionTask({
          samples,
          config: candidate.config,
          folds: foldsOf(samples, kind, seed),
          seed,
        })
      const report = {
        candidate,
        grid,
        ...(await judged(await predictions('walk-forward'))),
        grouped: riskFigures(samples, await predictions('grouped')),
        shuffled: riskFigures(samples, await predictions('shuffled')),
      }
      onProgress?.(
        `judged on all folds: ${candidate.id}, macro-F1 ${grid.figures.macroF1.estimate.toFixed(3)}`,
      )
      return report
    }),
  )
  const promoted = reports.find(({ candidate }) => candidate === chosen.candidate)!
  const refitted = trainRiskModel(samples, promoted.candidate.config, { seed })
  return {
    samples,
    candidates: grids.flat().length,
    algorithms: reports,
    promoted,
    bestByPrecision: reports.reduce((a, b) => (precisionOf(b) > precisionOf(a) ? b : a)),
    majority: await judged(majorityBaseline(samples, folds)),
    volatility: await judged(volatilityBaseline(samples, folds)),
    importance: meanAbsoluteShap(refitted.explain(samples.vectors)),
  }
}

function evaluateAll(
  samples: Samples,
  executor: Executor,
  candidates: readonly Candidate[],
  seed: number,
): Promise<CandidateResult[]> {
  const folds = foldsOf(samples, 'walk-forward-blocks', seed)
  return Promise.all(
    candidates.map((candidate) => executor.candidateTask({ samples, candidate, folds, seed })),
  )
}

function precisionOf({ judgement }: AlgorithmReport): number {
  return judgement.figures.averagePrecision.estimate
}
