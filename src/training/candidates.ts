import {
  classifierAlgorithms,
  type ClassifierAlgorithm,
  type Params,
} from '../../models/classifiers/classifier.ts'
import type { Interval } from '../../models/validation/bootstrap.ts'
import type { Fold } from '../../models/validation/folds.ts'
import { crossScore, type CrossPredictOptions } from './cross-predict.ts'
import { featureViews, type FeatureView } from './feature-view.ts'
import { judge, type Judgement } from './judgement.ts'
import type { Balance, ModelConfig } from './learner.ts'
import type { Samples } from './samples.ts'

/** One configuration of the grid. */
export interface Candidate {
  /** Readable, and a function of the configuration: `xgboost ranks smote eta=0.1 max_depth=4`. */
  readonly id: string
  readonly config: ModelConfig
}

export interface CandidateResult {
  readonly candidate: Candidate
  readonly judgement: Judgement
}

/** Enough for intervals to two digits; there are many candidates. */
const candidateResamples = 200

type Grid = Readonly<Record<string, readonly (number | string)[]>>

/** Nine configurations for each kind of tree; the ridge has one parameter, from hardly any weight to hardly any penalty. */
export const defaultGrids: Readonly<Record<ClassifierAlgorithm, Grid>> = {
  catboost: { iterations: [100], depth: [4, 6, 8], learning_rate: [0.05, 0.1, 0.3] },
  lightgbm: { n_estimators: [100], num_leaves: [7, 15, 31], learning_rate: [0.05, 0.1, 0.3] },
  logistic: { C: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] },
  'random-forest': { n_estimators: [50, 100, 200], max_depth: [5, 10, 0] },
  xgboost: { n_estimators: [100], max_depth: [3, 4, 6], eta: [0.05, 0.1, 0.3] },
}

/** One sensible configuration each: what a first look at a new installation is made with. */
const quickGrids: Readonly<Record<ClassifierAlgorithm, Grid>> = {
  catboost: { iterations: [50], depth: [4], learning_rate: [0.1] },
  lightgbm: { n_estimators: [50], num_leaves: [7], learning_rate: [0.1] },
  logistic: { C: [0.1] },
  'random-forest': { n_estimators: [50], max_depth: [10] },
  xgboost: { n_estimators: [50], max_depth: [3], eta: [0.1] },
}

/** `quick` looks once at each algorithm and view; `full` is the whole grid. */
export const gridNames = ['full', 'quick'] as const
export type GridName = (typeof gridNames)[number]

/** What a training run compares of one algorithm, in a fixed order. */
export function candidatesIn(grid: GridName, algorithm: ClassifierAlgorithm): Candidate[] {
  return candidatesOf(algorithm, grid === 'quick' ? { grid: quickGrids[algorithm], balances: ['none'] } : {})
}

/** Everything that a training run compares. */
export const riskCandidates = (grid: GridName): Candidate[] =>
  classifierAlgorithms.flatMap((algorithm) => candidatesIn(grid, algorithm))

/** Synthetic rows help some classifiers to name rare levels and blur the ranking of others, so the folds decide. */
const balances: readonly Balance[] = ['none', 'smote']

/** Every configuration of the grid, in each view of the features and with and without SMOTE. */
export function candidatesOf(
  algorithm: ClassifierAlgorithm,
  options: {
    readonly views?: readonly FeatureView[]
    readonly balances?: readonly Balance[]
    readonly grid?: Grid
  } = {},
): Candidate[] {
  const { views = featureViews, balances: chosen = balances, grid = defaultGrids[algorithm] } = options
  return views.flatMap((view) =>
    chosen.flatMap((balance) =>
      combinations(grid).map((params) => candidate({ algorithm, params, view, balance })),
    ),
  )
}

function candidate(config: ModelConfig): Candidate {
  const { algorithm, engine, view, balance, params } = config
  const values = Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]!}`)
  return { id: [algorithm, ...(engine ? [engine] : []), view, balance, ...values].join(' '), config }
}

/** What one queue job does; pure, and everything it takes and gives can be handed to a thread, but for the callback. */
export function evaluateCandidate(
  samples: Samples,
  one: Candidate,
  folds: readonly Fold[],
  options: CrossPredictOptions,
): CandidateResult {
  const predictions = crossScore(samples, one.config, folds, options)
  return {
    candidate: one,
    judgement: judge(samples, predictions, { seed: options.seed, resamples: candidateResamples }),
  }
}

/**
 * The one-standard-error rule (Breiman, Friedman, Olshen and Stone 1984, §3.4.3): results whose macro-F1 lies within one
 * standard error of the best one's are equally good, as far as these protocols can tell. Among them the highest average
 * precision of high wins, then the lower log-loss, then the id that comes first, so that the order in which jobs end decides
 * nothing.
 * @returns null when there is no result
 */
export function chooseCandidate(results: readonly CandidateResult[]): CandidateResult | null {
  const [best] = [...results].sort((a, b) => better(macroF1Of(a).estimate, macroF1Of(b).estimate))
  if (!best) return null
  const { estimate, standardError } = macroF1Of(best)
  const tied = results.filter(
    (result) => result === best || macroF1Of(result).estimate >= estimate - standardError,
  )
  return tied.sort(byPrecision)[0]!
}

const macroF1Of = ({ judgement }: CandidateResult): Interval => judgement.figures.macroF1

function byPrecision(a: CandidateResult, b: CandidateResult): number {
  const [left, right] = [a.judgement.figures, b.judgement.figures]
  return (
    better(left.averagePrecision.estimate, right.averagePrecision.estimate) ||
    better(-left.logLoss.estimate, -right.logLoss.estimate) ||
    (a.candidate.id < b.candidate.id ? -1 : 1)
  )
}

/** Sorts the greater first; an undefined figure is the worst. */
function better(a: number, b: number): number {
  const [left, right] = [a, b].map((figure) => (Number.isFinite(figure) ? figure : -Infinity))
  return left === right ? 0 : right! - left!
}

function combinations(grid: Grid): Params[] {
  return Object.entries(grid).reduce<Params[]>(
    (partial, [name, values]) =>
      partial.flatMap((params) => values.map((value) => ({ ...params, [name]: value }))),
    [{}],
  )
}
