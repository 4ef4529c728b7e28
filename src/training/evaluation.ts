import { classifierAlgorithms, type ClassifierAlgorithm } from '../../models/classifiers/classifier.ts'
import { majorityBaseline, volatilityBaseline } from './baselines.ts'
import { candidatesOf, chooseCandidate, type Candidate, type CandidateResult } from './candidates.ts'
import { featureViews } from './feature-view.ts'
import { riskFigures, type FoldPredictions, type RiskFigures } from './figures.ts'
import { foldsOf } from './folds.ts'
import { meanAbsoluteShap } from './risk-model.ts'
import type { Samples } from './samples.ts'
import type * as tasks from './tasks.ts'
import { trainRiskModel } from './train-risk-model.ts'
import type { Verdict } from './verdict.ts'

/** Does the tasks, in threads or right here. */
export type Executor = {
  readonly [N in keyof typeof tasks]: (
    input: Parameters<(typeof tasks)[N]>[0],
  ) => Promise<ReturnType<(typeof tasks)[N]>>
}

/** What was said about unseen rows in walk-forward folds, and what that was worth. */
export interface Judged {
  readonly predictions: FoldPredictions
  readonly verdict: Verdict
}

export interface AlgorithmReport extends Judged {
  readonly candidate: Candidate
  /** On five walk-forward blocks, not calibrated: what the choice rests on. */
  readonly grid: RiskFigures
  readonly grouped: RiskFigures
  readonly shuffled: RiskFigures
}

export interface EvaluationReport {
  readonly samples: Samples
  /** The best candidate of each algorithm by macro-F1. */
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
  readonly onProgress?: (done: string) => void
}

/** Compares all algorithms with each other and with both baselines. */
export async function evaluateSamples(
  samples: Samples,
  executor: Executor,
  options: EvaluationOptions,
): Promise<EvaluationReport> {
  const { seed, algorithms = classifierAlgorithms, onProgress } = options
  const folds = foldsOf(samples, 'walk-forward', seed)
  const volatility = volatilityBaseline(samples, folds)
  const judged = async (predictions: FoldPredictions): Promise<Judged> => ({
    predictions,
    verdict: await executor.verdictTask({ samples, predictions, volatility, seed }),
  })

  const reports = await Promise.all(
    algorithms.map(async (algorithm): Promise<AlgorithmReport> => {
      const { candidate, figures } = await bestOfGrid(samples, executor, algorithm, seed)
      onProgress?.(`best of the grid: ${candidate.id}, macro-F1 ${figures.macroF1.toFixed(3)}`)
      const predictions = (kind: 'walk-forward' | 'grouped' | 'shuffled'): Promise<FoldPredictions> =>
        executor.predictionTask({
          samples,
          config: candidate.config,
          folds: foldsOf(samples, kind, seed),
          seed,
        })
      const report = {
        candidate,
        grid: figures,
        ...(await judged(await predictions('walk-forward'))),
        grouped: riskFigures(samples, await predictions('grouped')),
        shuffled: riskFigures(samples, await predictions('shuffled')),
      }
      onProgress?.(`judged on all folds: ${candidate.id}`)
      return report
    }),
  )
  const winner = chooseCandidate(reports.map(({ candidate, grid }) => ({ candidate, figures: grid })))
  const promoted = reports.find(({ candidate }) => candidate === winner?.candidate)!
  const refitted = trainRiskModel(samples, promoted.candidate.config, { seed })
  return {
    samples,
    algorithms: reports,
    promoted,
    bestByPrecision: reports.reduce((a, b) => (precisionOf(b) > precisionOf(a) ? b : a)),
    majority: await judged(majorityBaseline(samples, folds)),
    volatility: await judged(volatility),
    importance: meanAbsoluteShap(refitted.explain(samples.vectors)),
  }
}

async function bestOfGrid(
  samples: Samples,
  executor: Executor,
  algorithm: ClassifierAlgorithm,
  seed: number,
): Promise<CandidateResult> {
  const folds = foldsOf(samples, 'walk-forward-blocks', seed)
  const candidates = featureViews.flatMap((view) => candidatesOf(algorithm, { view, balance: 'smote' }))
  const results = await Promise.all(
    candidates.map((candidate) => executor.candidateTask({ samples, candidate, folds, seed })),
  )
  return chooseCandidate(results)!
}

function precisionOf({ verdict }: AlgorithmReport): number {
  return verdict.figures.averagePrecision.estimate
}
