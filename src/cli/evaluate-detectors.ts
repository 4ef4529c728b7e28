import { Command } from 'commander'
import { type DetectionFigures, detectionFigures } from '../anomaly/detection-figures.ts'
import { type ReliabilityBin, reliabilityOf } from '../anomaly/reliability.ts'
import { type View, views } from '../anomaly/views.ts'
import { contestants, walkForward } from '../anomaly/walk-forward.ts'
import { InputError } from '../errors.ts'
import { type EvaluationMarket, type MarketSource, openEvaluationMarket } from './evaluation-market.ts'

interface EvaluationOptions {
  readonly dataset?: string
  readonly seeds: string
  readonly protocols: string
  readonly days: string
  readonly refitDays: string
  readonly falsePerWeek: string
  readonly trainingRows: string
  readonly view?: string
  readonly json?: boolean
}

interface Evaluation {
  readonly market: string
  readonly protocolDays: number
  readonly anomalies: number
  readonly figures: readonly DetectionFigures[]
  readonly reliability: readonly ReliabilityBin[]
}

/** `evaluate-detectors`: how well each detector, the consensus and two baselines find what truly went wrong. */
export function evaluateDetectorsCommand(): Command {
  return new Command('evaluate-detectors')
    .description(
      'Judge the detectors on simulated markets with known incidents, or on a dataset with injected ones',
    )
    .option(
      '--dataset <dir>',
      'a dataset folder; without ground truth, anomalies are injected into its raw series',
    )
    .option('--seeds <from-to>', 'simulated markets, or injections into the dataset', '6-10')
    .option('--protocols <n>', 'of each simulated market', '200')
    .option('--days <n>', 'of each simulated market', '400')
    .option('--refit-days <n>', 'days between two fits', '7')
    .option('--false-per-week <n>', 'the budget of false alerts', '1')
    .option('--training-rows <n>', 'rows that the detectors learn', '1500')
    .option('--view <name>', `${Object.keys(views).join(', ')}; default: what ranks injected anomalies best`)
    .option('--json', 'print JSON only')
    .action(async (options: EvaluationOptions) => {
      const evaluations: Evaluation[] = []
      for (const seed of seedsOf(options.seeds)) {
        const evaluation = evaluate(await openEvaluationMarket(marketSource(options), seed), options, seed)
        evaluations.push(evaluation)
        if (options.json !== true) printEvaluation(evaluation)
      }
      console.log(JSON.stringify({ evaluation: 'detectors', markets: evaluations }))
    })
}

function marketSource({ dataset, protocols, days }: EvaluationOptions): MarketSource {
  return dataset === undefined ? { protocols: Number(protocols), days: Number(days) } : { dir: dataset }
}

function evaluate(market: EvaluationMarket, options: EvaluationOptions, seed: number): Evaluation {
  const days = walkForward(market.protocols, market.fromDay, market.toDay, {
    seed,
    refitDays: Number(options.refitDays),
    trainingRows: Number(options.trainingRows),
    selection: 'consensus',
    ...(options.view !== undefined && { view: viewNamed(options.view) }),
  })
  return {
    market: market.name,
    protocolDays: days.length,
    anomalies: market.anomalies.length,
    figures: contestants.map((contestant) =>
      detectionFigures(days, market.anomalies, contestant, Number(options.falsePerWeek)),
    ),
    reliability: reliabilityOf(days, market.anomalies),
  }
}

function printEvaluation({ market, protocolDays, anomalies, figures, reliability }: Evaluation): void {
  console.log(`\n${market}: ${protocolDays} protocol-days, ${anomalies} anomalies`)
  console.table(
    figures.map(({ contestant, kinds, ...rest }) => ({
      contestant,
      AP: rest.averagePrecision.toFixed(3),
      recall: rest.recall.toFixed(2),
      delay: rest.delayDays,
      'false/week': rest.falseAlertsPerWeek.toFixed(2),
      'glitch/week': rest.glitchAlertsPerWeek.toFixed(2),
      ...Object.fromEntries(kinds.map(({ kind, anomalies: all, found }) => [kind, `${found}/${all}`])),
    })),
  )
  console.table(reliability)
}

function seedsOf(text: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  if (match === null) throw new InputError(`Expected --seeds to be like "3" or "6-10", got "${text}"`)
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return Array.from({ length: Math.max(to - from + 1, 0) }, (_, i) => from + i)
}

function viewNamed(name: string): View {
  if (!Object.hasOwn(views, name))
    throw new InputError(`Expected --view to be one of ${Object.keys(views).join(', ')}, got "${name}"`)
  return name as View
}
