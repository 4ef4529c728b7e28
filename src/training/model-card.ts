import type { Interval } from '../../models/validation/bootstrap.ts'
import { featureNames } from '../domain/feature-names.ts'
import { riskLabels } from '../features/labels.ts'
import type { GridName } from './candidates.ts'
import type { AlgorithmReport, EvaluationReport, Judged } from './evaluation.ts'
import type { RiskFigures } from './figures.ts'

export interface CardFacts {
  readonly protocols: number
  /** Drawn by the simulator, so its figures say nothing about real markets. */
  readonly simulated: boolean
  /** `YYYY-MM-DD` */
  readonly firstDate: string
  readonly lastDate: string
  readonly seed: number
  readonly grid: GridName
}

const figureNames: Readonly<Record<Exclude<keyof RiskFigures, 'rows' | 'baseRate'>, string>> = {
  macroF1: 'macro-F1',
  accuracy: 'accuracy',
  averagePrecision: 'average precision of high',
  precisionOverVolatility: '… divided by that of volatility',
  rocAuc: 'ROC-AUC of high',
  withinDateAuc: 'AUC of high within a date',
  rocAucOneVersusRest: 'ROC-AUC, one class against the rest',
  liftAt10: 'lift in the top 10 %',
  recallAt10: 'recall in the top 10 %',
  brier: 'Brier of high',
  brierSkill: 'Brier skill of high',
  logLoss: 'log-loss',
}
const names = Object.keys(figureNames) as (keyof typeof figureNames)[]

/** The model card as Markdown; pictures are expected beside it as `pictures/reliability.svg` and `pictures/precision-recall.svg`. */
export function modelCard(report: EvaluationReport, facts: CardFacts): string {
  return [
    introduction(report, facts),
    verdictSection(report),
    walkForwardSection(report),
    otherFoldsSection(report),
    picturesSection(report),
    importanceSection(report),
    limits,
  ].join('\n\n')
}

function introduction({ samples, promoted, candidates }: EvaluationReport, facts: CardFacts): string {
  const counts = riskLabels.map((label, c) => `${label} ${samples.label.filter((l) => l === c).length}`)
  const kind = facts.simulated ? 'simulated' : 'real'
  return [
    '# Model card: risk of a protocol in the next days',
    '',
    `Made by \`npm run evaluate\` (seed ${facts.seed}) from ${facts.protocols} ${kind} protocols, ` +
      `${period(facts.firstDate, facts.lastDate)}. Run it again on your own data: the figures below hold for these only.`,
    '',
    `- **What is predicted:** whether within ${samples.horizonDays} days TVL (price, where there is no TVL) falls by 40 % or more and ` +
      'stays there for three days, or an incident is recorded (*high*); falls by 20 to 40 % (*medium*); or neither (*low*).',
    `- **Samples:** one per protocol and Monday, once TVL (or price) had been known for ${samples.historyDays} days; ` +
      `${samples.label.length} in all (${counts.join(', ')}); dead protocols stay in.`,
    `- **Promoted here:** ${described(promoted)}, chosen on five walk-forward blocks from ${candidates} candidates (the \`${facts.grid}\` grid, ` +
      'features raw and as ranks among the protocols of the same day): of those whose macro-F1 lies within one standard error of the ' +
      'highest, the one with the highest average precision of high.',
    '- **Inside each fold:** names of categories, imputing, scaling, SMOTE and calibration (isotonic or Platt) see training rows only.',
    "- **Engines:** XGBoost, LightGBM and CatBoost are this project's own implementations (native-ts engine) of the published algorithms.",
  ].join('\n')
}

function verdictSection({ promoted, volatility, bestByPrecision }: EvaluationReport): string {
  const { figures } = promoted.judgement
  const { precisionOverVolatility } = figures
  const rows = [
    ['average precision of high, divided by volatility alone', interval(precisionOverVolatility, 2)],
    [
      '… of the best algorithm by average precision, ' + bestByPrecision.candidate.config.algorithm,
      interval(bestByPrecision.judgement.figures.precisionOverVolatility, 2),
    ],
    ['AUC within a date', interval(figures.withinDateAuc)],
    ['… of volatility alone', interval(volatility.judgement.figures.withinDateAuc)],
    ['Brier skill against the training prevalence', interval(figures.brierSkill)],
  ]
  return [
    '## Is it better than looking at volatility?',
    '',
    'Walk-forward, on the same rows, with 95 % intervals from resampling protocols (1,000 times, paired for the ratios).',
    '',
    ...table(['promoted model', 'value [95 %]'], rows),
    '',
    precisionOverVolatility.lower > 1
      ? 'The ranking is better than volatility alone beyond chance.'
      : 'The interval of the ratio includes 1: on this data the ranking is **not** proven better than volatility alone.',
  ].join('\n')
}

function walkForwardSection({ algorithms, majority, volatility }: EvaluationReport): string {
  const columns: readonly [string, Judged][] = [
    ['majority class', majority],
    ['volatility alone', volatility],
    ...algorithms.map((report): [string, Judged] => [report.candidate.config.algorithm, report]),
  ]
  const { rows, baseRate } = volatility.judgement.figures
  return [
    '## Walk-forward: what would have been served',
    '',
    `One fold per calendar month of the last 60 % of the span, trained on at most 500 days, purged by the horizon; ` +
      `${rows.estimate} rows, base rate of high ${(baseRate.estimate * 100).toFixed(1)} %. Brackets hold the 95 % interval.`,
    '',
    ...table(
      ['', ...columns.map(([name]) => name)],
      names.map((name) => [
        figureNames[name],
        ...columns.map(([, { judgement }]) => interval(judgement.figures[name])),
      ]),
    ),
    '',
    'Chosen configurations:',
    '',
    ...algorithms.map((report) => `- ${described(report)}`),
  ].join('\n')
}

function otherFoldsSection({ algorithms }: EvaluationReport): string {
  const shown = ['macroF1', 'accuracy', 'averagePrecision', 'rocAuc', 'brierSkill'] as const
  const rows = (kind: 'grouped' | 'shuffled'): string[][] =>
    algorithms.map((report) => [
      report.candidate.config.algorithm,
      ...shown.map((name) => report[kind][name].toFixed(3)),
    ])
  const head = ['', ...shown.map((name) => figureNames[name])]
  return [
    '## Other folds',
    '',
    'Grouped by parent protocol (five folds; protocols that were never seen, but days that were):',
    '',
    ...table(head, rows('grouped')),
    '',
    'Shuffled, stratified (five folds). **Optimistic**: neighbouring weeks of one protocol fall on both sides, so this is no forecast.',
    '',
    ...table(head, rows('shuffled')),
  ].join('\n')
}

function picturesSection({ promoted }: EvaluationReport): string {
  const name = promoted.candidate.config.algorithm
  return [
    '## Probabilities and ranking',
    '',
    `![Reliability diagram of ${name} and volatility alone](pictures/reliability.svg)`,
    '',
    `![Precision and recall of ${name} and volatility alone](pictures/precision-recall.svg)`,
  ].join('\n')
}

function importanceSection({ importance, promoted }: EvaluationReport): string {
  const order = [...featureNames.keys()].sort((a, b) => importance[b]! - importance[a]!)
  return [
    '## What the promoted model looks at',
    '',
    `Share of each feature in mean |SHAP| for class high, ${promoted.candidate.config.algorithm} refitted on all samples.`,
    '',
    ...table(
      ['feature', 'share'],
      order.map((f) => [`\`${featureNames[f]!}\``, `${(importance[f]! * 100).toFixed(1)} %`]),
    ),
  ].join('\n')
}

const limits = `## What it must not be used for

- **Not as advice, and not as the only reason to move money.** Most protocols called high do not fall, and some that fall were called low.
- **Not as a hack detector.** Exploits give no sign in TVL, price or volume beforehand; the model sees markets, not code or keys.
- **Not as a comparison of probabilities across markets or years** without training on them: levels drift, and so do base rates.
- **Not for protocols with fewer than 10 daily points**, stale feeds, or data that this instance did not check.
- **Not as a guarantee of calibration in a crash.** A fall of the whole market is not in the features of a single protocol; probabilities
  then come too low for all of them at once.
- A level is relative to how common it is: *high* with a probability of 20 % can be right, where one in twenty is the rule.
`

function described({ candidate: { config } }: AlgorithmReport): string {
  const params = Object.entries(config.params).map(([name, value]) => `${name} = ${String(value)}`)
  return `**${config.algorithm}** (${params.join(', ')}; ${config.view === 'ranks' ? 'ranks within the day' : 'raw features'}; ${config.balance === 'smote' ? 'SMOTE' : 'no SMOTE'})`
}

function interval({ estimate, lower, upper }: Interval, digits = 3): string {
  return `${estimate.toFixed(digits)} [${lower.toFixed(digits)}, ${upper.toFixed(digits)}]`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)]
}

/** `2020 to February 2022`; a span that begins on New Year's Day needs no month. */
function period(firstDate: string, lastDate: string): string {
  const named = (date: string): string =>
    new Date(date).toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  return `${firstDate.endsWith('-01-01') ? firstDate.slice(0, 4) : named(firstDate)} to ${named(lastDate)}`
}
