import { z } from 'zod'

/*
 * What a training run writes down about each model, candidate and baseline: stored as JSON with the model, and served as it is.
 */

/** null where a figure is undefined, for instance without a single outcome "high". */
const figure = z.number().nullable()

const figureDescriptions = {
  macro_f1: 'Unweighted mean of F1 over low, medium and high: what models are chosen by',
  accuracy: 'Share of rows whose level was right',
  average_precision: 'Area under the precision-recall curve of high',
  precision_over_volatility: 'Average precision divided by that of 30-day volatility alone on the same rows',
  roc_auc: 'Of high against the rest',
  roc_auc_one_versus_rest: 'Mean over the three levels',
  within_date_auc: 'Of high, over pairs of the same date only: picking protocols without timing the market',
  brier: 'Mean squared error of the probability of high',
  brier_skill: 'Against the share of high in the training rows; above 0 is better than that share',
  log_loss: 'Mean −ln of the probability of what happened',
  lift_at_10: 'How many times more high rows the top 10 % hold than a random tenth',
  recall_at_10: 'Share of all high rows among the top 10 %',
  base_rate: 'Share of high among the tested rows: the average precision of a random order',
  rows: 'Tested rows',
} as const
type FigureName = keyof typeof figureDescriptions
const riskFigureNames = Object.keys(figureDescriptions) as FigureName[]

const each = <S extends z.ZodType>(schemaOf: (name: FigureName) => S): Record<FigureName, S> =>
  Object.fromEntries(riskFigureNames.map((name) => [name, schemaOf(name)])) as Record<FigureName, S>

export const riskJudgement = z
  .object({
    ...each((name) => figure.meta({ description: figureDescriptions[name] })),
    intervals: z
      .object(each(() => z.object({ lower: figure, upper: figure })))
      .meta({ description: '95 % of resamples of whole protocols lie between the bounds of each figure' }),
    precision_recall: z
      .array(z.object({ recall: z.number(), precision: z.number() }))
      .max(41)
      .meta({ description: 'The precision-recall curve of high, by recall' }),
    reliability: z
      .array(z.object({ rows: z.int(), mean_probability: z.number(), observed: z.number() }))
      .max(10)
      .meta({
        description: 'Tenths of the rows by probability of high: what was promised, and what share came true',
      }),
  })
  .meta({ id: 'RiskJudgement', description: 'What predictions for unseen rows were worth' })

const candidate = riskJudgement
  .extend({
    candidate: z.string().meta({ example: 'xgboost ranks smote eta=0.1 max_depth=3 n_estimators=100' }),
    algorithm: z.string(),
    engine: z.string().optional(),
    params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
    view: z.enum(['ranks', 'raw']),
    balance: z.enum(['smote', 'weights', 'none']),
  })
  .meta({
    id: 'RiskCandidate',
    description: 'One configuration of the grid, on five walk-forward blocks, not calibrated',
  })

export const riskMetrics = riskJudgement
  .extend({
    baselines: z
      .object({ majority: riskJudgement, volatility: riskJudgement })
      .meta({ description: 'The most common level, and 30-day volatility alone, on the same folds' }),
    leaderboard: z.array(candidate).meta({ description: 'All candidates of the run by macro-F1' }),
  })
  .meta({
    id: 'RiskMetrics',
    description: 'Of a risk model: month by month walk-forward, refitted and calibrated as it is served',
  })

export type RiskJudgement = z.output<typeof riskJudgement>
export type RiskMetrics = z.output<typeof riskMetrics>
