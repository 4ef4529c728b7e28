import { type Command, Option } from 'commander'
import { factsOf, replayAlerts } from '../anomaly/alert-replay.ts'
import { type DetectionFigures, detectionFigures } from '../anomaly/detection-figures.ts'
import { type ReliabilityBin, reliabilityOf } from '../anomaly/reliability.ts'
import { type View, views } from '../anomaly/views.ts'
import { contestants, walkForward } from '../anomaly/walk-forward.ts'
import { InputError } from '../errors.ts'
import { type EvaluationMarket, type MarketSource, openEvaluationMarket } from './evaluation-market.ts'
import { report, table, type Terminal } from './terminal.ts'

interface EvaluationOptions {
  readonly dataset?: string
  readonly seeds: string
  readonly protocols: string
  readonly days: string
  readonly refitDays: string
  readonly alertsPerWeek: string
  readonly trainingRows: string
  readonly view?: View
  readonly json?: boolean
}

interface Evaluation {
  readonly market: string
  readonly protocolDays: number
  readonly anomalies: number
  readonly budgets: readonly {
    readonly alertsPerWeek: number
    readonly figures: readonly DetectionFigures[]
  }[]
  readonly reliability: readonly ReliabilityBin[]
}

/** `tidegauge evaluate-detectors`: how well each detector, the consensus and two baselines find what truly went wrong. */
export function addEvaluateDetectors(program: Command, terminal: Terminal): void {
  program
    .command('evaluate-detectors')
    .description(
      'Judge the detectors on simulated markets with known incidents, or on a dataset with injected ones.',
    )
    .option(
      '--dataset <dir>',
      'a dataset folder; without ground truth, anomalies are injected into its raw series',
    )
    .option('--seeds <from-to>', 'simulated markets, or injections into the dataset', '6-10')
    .option('--protocols <n>', 'of each simulated market', '200')
    .option('--days <n>', 'of each simulated market, more than 130', '400')
    .option('--refit-days <n>', 'days between two fits', '7')
    .option('--alerts-per-week <list>', 'alert budgets for all protocols together', '1,2,5')
    .option('--training-rows <n>', 'rows that the detectors learn', '1500')
    .addOption(
      new Option('--view <name>', 'what detectors read (default: what ranks injected events best)').choices(
        Object.keys(views),
      ),
    )
    .option('--json', 'print one line of JSON')
    .action(async (options: EvaluationOptions) => {
      const settings = settingsOf(options)
      const evaluations: Evaluation[] = []
      for (const seed of settings.seeds) {
        terminal.note(`market ${seed}`)
        evaluations.push(evaluate(await openEvaluationMarket(settings.source, seed), settings, seed))
      }
      report(terminal, options, { evaluation: 'detectors', markets: evaluations }, ({ markets }) =>
        markets.map(inWords).join('\n\n'),
      )
    })
}

/** All options are looked at before minutes are spent. */
function settingsOf(options: EvaluationOptions) {
  const protocols = wholeNumber('protocols', options.protocols)
  const days = wholeNumber('days', options.days)
  const source: MarketSource = options.dataset === undefined ? { protocols, days } : { dir: options.dataset }
  return {
    source,
    seeds: seedsOf(options.seeds),
    refitDays: wholeNumber('refit-days', options.refitDays),
    trainingRows: wholeNumber('training-rows', options.trainingRows),
    budgets: budgetsOf(options.alertsPerWeek),
    ...(options.view !== undefined && { view: options.view }),
  }
}

function evaluate(
  market: EvaluationMarket,
  { source: _source, seeds: _seeds, budgets, ...fitting }: ReturnType<typeof settingsOf>,
  seed: number,
): Evaluation {
  const days = walkForward(market.protocols, market.fromDay, market.toDay, { seed, ...fitting })
  const facts = factsOf(new Map(market.protocols.map(({ series }) => [series.protocolId, series])))
  return {
    market: market.name,
    protocolDays: days.length,
    anomalies: market.anomalies.length,
    budgets: budgets.map((alertsPerWeek) => ({
      alertsPerWeek,
      figures: contestants.map((contestant) => {
        const told = replayAlerts(days, facts, contestant, alertsPerWeek)
        return detectionFigures(days, market.anomalies, contestant, told)
      }),
    })),
    reliability: reliabilityOf(days, market.anomalies),
  }
}

function inWords({ market, protocolDays, anomalies, budgets, reliability }: Evaluation): string {
  return [
    `${market}: ${protocolDays} protocol-days, ${anomalies} anomalies`,
    ...budgets.flatMap(({ alertsPerWeek, figures }) => [
      `\nA budget of ${alertsPerWeek} alerts a week, the threshold from the past only:`,
      table(
        ['contestant', 'AP', 'recall', 'delay', 'alerts/week', 'false/week', 'of glitches'],
        figures.map((one) => [
          one.contestant,
          one.averagePrecision.toFixed(3),
          one.recall.toFixed(2),
          one.delayDays,
          one.alertsPerWeek.toFixed(2),
          one.falseAlertsPerWeek.toFixed(2),
          one.glitchAlertsPerWeek.toFixed(2),
        ]),
      ),
      '',
      table(
        ['found', ...figures[0]!.kinds.map(({ kind, anomalies: all }) => `${kind} of ${all}`)],
        figures.map(({ contestant, kinds }) => [contestant, ...kinds.map(({ found }) => found)]),
      ),
    ]),
    '\nStated and observed probability of being abnormal:',
    table(
      ['from', 'to', 'days', 'stated', 'observed'],
      reliability.map(({ from, to, days, stated, observed }) => [
        from,
        to,
        days,
        stated.toFixed(3),
        observed.toFixed(3),
      ]),
    ),
  ].join('\n')
}

function seedsOf(text: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  if (match === null) throw new InputError(`Expected --seeds to be like "3" or "6-10", got "${text}"`)
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return Array.from({ length: Math.max(to - from + 1, 0) }, (_, i) => from + i)
}

function budgetsOf(text: string): number[] {
  const numbers = text.split(',').map(Number)
  if (!numbers.every((number) => number > 0 && number <= 10_000))
    throw new InputError(
      `Expected --alerts-per-week to be numbers from 1 to 10,000 like "1,2,5", got "${text}"`,
    )
  return numbers
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new InputError(`Expected --${option} to be a whole number of at least 1, got "${text}"`)
  return number
}
