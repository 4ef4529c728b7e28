import type { ClassifierAlgorithm, Params } from '../../models/classifiers/classifier.ts'
import type { Fold } from '../../models/validation/folds.ts'
import { crossScore, type CrossPredictOptions } from './cross-predict.ts'
import type { FeatureView } from './feature-view.ts'
import { riskFigures, type RiskFigures } from './figures.ts'
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
  readonly figures: RiskFigures
}

type Grid = Readonly<Record<string, readonly (number | string)[]>>

/** Nine configurations for each kind of tree; the ridge has one parameter, from hardly any weight to hardly any penalty. */
export const defaultGrids: Readonly<Record<ClassifierAlgorithm, Grid>> = {
  catboost: { iterations: [100], depth: [4, 6, 8], learning_rate: [0.05, 0.1, 0.3] },
  lightgbm: { n_estimators: [100], num_leaves: [7, 15, 31], learning_rate: [0.05, 0.1, 0.3] },
  logistic: { C: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] },
  'random-forest': { n_estimators: [50, 100, 200], max_depth: [5, 10, 0] },
  xgboost: { n_estimators: [100], max_depth: [3, 4, 6], eta: [0.05, 0.1, 0.3] },
}

export function candidatesOf(
  algorithm: ClassifierAlgorithm,
  options: { readonly view: FeatureView; readonly balance: Balance; readonly grid?: Grid },
): Candidate[] {
  const { view, balance, grid = defaultGrids[algorithm] } = options
  return combinations(grid).map((params) => candidate({ algorithm, params, view, balance }))
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
  return { candidate: one, figures: riskFigures(samples, crossScore(samples, one.config, folds, options)) }
}

/**
 * The result with the highest macro-F1; among equals the higher average precision, then the lower log-loss, then the
 * id that comes first, so that the order in which jobs end decides nothing.
 * @returns null when there is no result
 */
export function chooseCandidate(results: readonly CandidateResult[]): CandidateResult | null {
  return [...results].sort(byMerit)[0] ?? null
}

function byMerit(a: CandidateResult, b: CandidateResult): number {
  return (
    better(a.figures.macroF1, b.figures.macroF1) ||
    better(a.figures.averagePrecision, b.figures.averagePrecision) ||
    better(-a.figures.logLoss, -b.figures.logLoss) ||
    (a.candidate.id < b.candidate.id ? -1 : 1)
  )
}

/** Sorts the greater first; an undefined figure is the worst. */
function better(a: number, b: number): number {
  const [left, right] = [a, b].map((figure) => (Number.isNaN(figure) ? -Infinity : figure))
  return left === right ? 0 : right! - left!
}

function combinations(grid: Grid): Params[] {
  return Object.entries(grid).reduce<Params[]>(
    (partial, [name, values]) =>
      partial.flatMap((params) => values.map((value) => ({ ...params, [name]: value }))),
    [{}],
  )
}
