import type { Interval } from '../../models/validation/bootstrap.ts'
import type { RiskJudgement, RiskMetrics } from '../domain/risk-metrics.ts'
import type { Assessment } from './assessment.ts'
import type { CandidateResult } from './candidates.ts'
import type { RiskFigures } from './figures.ts'
import type { Judgement } from './judgement.ts'

const storedNames = {
  macroF1: 'macro_f1',
  accuracy: 'accuracy',
  averagePrecision: 'average_precision',
  precisionOverVolatility: 'precision_over_volatility',
  rocAuc: 'roc_auc',
  rocAucOneVersusRest: 'roc_auc_one_versus_rest',
  withinDateAuc: 'within_date_auc',
  brier: 'brier',
  brierSkill: 'brier_skill',
  logLoss: 'log_loss',
  liftAt10: 'lift_at_10',
  recallAt10: 'recall_at_10',
  baseRate: 'base_rate',
  rows: 'rows',
} as const satisfies Record<keyof RiskFigures, keyof RiskJudgement>
const names = Object.entries(storedNames) as [
  keyof RiskFigures,
  (typeof storedNames)[keyof typeof storedNames],
][]

/** The metrics that are kept with a model. */
export function storedMetrics(
  { model, majority, volatility }: Pick<Assessment, 'model' | 'majority' | 'volatility'>,
  results: readonly CandidateResult[],
): RiskMetrics {
  const byMacroF1 = [...results].sort(
    (a, b) => b.judgement.figures.macroF1.estimate - a.judgement.figures.macroF1.estimate,
  )
  return {
    ...storedJudgement(model),
    baselines: { majority: storedJudgement(majority), volatility: storedJudgement(volatility) },
    leaderboard: byMacroF1.map(({ candidate: { id, config }, judgement }) => ({
      candidate: id,
      ...config,
      params: { ...config.params },
      ...storedJudgement(judgement),
    })),
  }
}

function storedJudgement({ figures, precisionRecall, reliability }: Judgement): RiskJudgement {
  const each = <T>(valueOf: (interval: Interval) => T) =>
    Object.fromEntries(names.map(([name, stored]) => [stored, valueOf(figures[name])])) as Record<
      (typeof storedNames)[keyof RiskFigures],
      T
    >
  return {
    ...each(({ estimate }) => finite(estimate)),
    intervals: each(({ lower, upper }) => ({ lower: finite(lower), upper: finite(upper) })),
    precision_recall: precisionRecall.map(({ recall, precision }) => ({
      recall: short(recall),
      precision: short(precision),
    })),
    reliability: reliability.map(({ rows, meanProbability, observed }) => ({
      rows,
      mean_probability: short(meanProbability),
      observed: short(observed),
    })),
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Points of curves are for the eye. */
const short = (value: number): number => Number(value.toFixed(4))
