import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Piscina } from 'piscina'
import { classifierAlgorithms, type ClassifierAlgorithm } from '../../models/classifiers/classifier.ts'
import { columnOf, isClass } from '../../models/metrics/ranking.ts'
import { isoDate } from '../domain/calendar.ts'
import { InputError, InsufficientDataError } from '../errors.ts'
import { riskLabels } from '../features/labels.ts'
import { loadDataset } from '../market/dataset.ts'
import { type GridName, gridNames } from '../training/candidates.ts'
import { historiesOf } from '../training/dataset-histories.ts'
import { evaluateSamples, type EvaluationReport, type Executor } from '../training/evaluation.ts'
import { modelCard } from '../training/model-card.ts'
import { precisionRecallCurve, reliabilityDiagram } from '../training/pictures.ts'
import { buildSamples } from '../training/samples.ts'

const usage = `Usage: npm run evaluate -- --dataset DIR [--out docs] [--seed 42] [--grid ${gridNames.join('|')}] [--algorithms ${classifierAlgorithms.join(',')}]

Compares the classifiers with each other and with two baselines on a recorded market (a folder with protocols.json and
daily.csv[.gz]) and writes model-card.md and its pictures into the folder --out.`

interface Arguments {
  readonly dataset: string
  readonly out: string
  readonly seed: number
  readonly grid: GridName
  readonly algorithms: readonly ClassifierAlgorithm[]
}

/** @returns undefined when only help was asked for */
function readArguments(args: string[]): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      dataset: { type: 'string' },
      out: { type: 'string', default: 'docs' },
      seed: { type: 'string', default: '42' },
      grid: { type: 'string', default: 'full' },
      algorithms: { type: 'string', default: classifierAlgorithms.join(',') },
    },
  })
  if (values.help) return undefined
  if (values.dataset === undefined) throw new InputError(`Expected --dataset DIR\n\n${usage}`)
  const seed = Number(values.seed)
  if (!Number.isInteger(seed))
    throw new InputError(`Expected --seed to be a whole number, got ${values.seed}`)
  const grid = gridNames.find((name) => name === values.grid)
  if (!grid) throw new InputError(`Expected --grid among ${gridNames.join(', ')}, got ${values.grid}`)
  const algorithms = values.algorithms.split(',').map((name) => {
    const known = classifierAlgorithms.find((algorithm) => algorithm === name)
    if (!known)
      throw new InputError(`Expected --algorithms among ${classifierAlgorithms.join(', ')}, got ${name}`)
    return known
  })
  return { dataset: values.dataset, out: values.out, seed, grid, algorithms }
}

async function evaluate({ dataset: dir, out, seed, grid, algorithms }: Arguments): Promise<void> {
  const dataset = await loadDataset(dir)
  const histories = historiesOf(dataset)
  const samples = buildSamples(histories, dataset.lastDay)
  console.error(
    `${histories.length} protocols, ${samples.label.length} samples, horizon ${samples.horizonDays} days`,
  )

  const started = performance.now()
  const pool = new Piscina({
    filename: new URL('../training/tasks.js', import.meta.url).href,
    maxThreads: availableParallelism(),
  })
  try {
    const report = await evaluateSamples(samples, executorOn(pool), {
      seed,
      algorithms,
      grid,
      onProgress: (done) => console.error(`${elapsed(started)}  ${done}`),
    })
    await writeCard(out, report, {
      protocols: histories.length,
      simulated: dataset.groundTruth !== null,
      firstDate: isoDate(dataset.firstDay),
      lastDate: isoDate(dataset.lastDay),
      seed,
      grid,
    })
    console.log(JSON.stringify(summary(report)))
  } finally {
    await pool.destroy()
  }
}

function executorOn(pool: Piscina): Executor {
  return {
    candidateTask: (input) => pool.run(input, { name: 'candidateTask' }),
    predictionTask: (input) => pool.run(input, { name: 'predictionTask' }),
    judgementTask: (input) => pool.run(input, { name: 'judgementTask' }),
  }
}

async function writeCard(
  out: string,
  report: EvaluationReport,
  facts: Parameters<typeof modelCard>[1],
): Promise<void> {
  const { samples, promoted, volatility } = report
  const high = riskLabels.indexOf('high')
  const positive = isClass(
    promoted.predictions.rows.map((row) => samples.label[row]!),
    high,
  )
  const curves = [
    { name: promoted.candidate.config.algorithm, ...promoted.predictions },
    { name: 'volatility alone', ...volatility.predictions },
  ].map(({ name, score, probability }) => ({
    name,
    positive,
    score,
    probability: columnOf(probability, high),
  }))
  const pictures = join(out, 'pictures')
  await mkdir(pictures, { recursive: true })
  await writeFile(join(pictures, 'reliability.svg'), reliabilityDiagram(curves))
  await writeFile(
    join(pictures, 'precision-recall.svg'),
    precisionRecallCurve(curves, promoted.judgement.figures.baseRate.estimate),
  )
  await writeFile(join(out, 'model-card.md'), modelCard(report, facts))
  console.error(`Written: ${join(out, 'model-card.md')}`)
}

/** The figures that decide, for machines. */
function summary({ promoted, bestByPrecision, volatility }: EvaluationReport) {
  const of = ({ candidate, judgement }: EvaluationReport['promoted']) => ({
    candidate: candidate.id,
    average_precision: judgement.figures.averagePrecision,
    over_volatility: judgement.figures.precisionOverVolatility,
    within_date_auc: judgement.figures.withinDateAuc,
    brier_skill: judgement.figures.brierSkill,
    macro_f1: judgement.figures.macroF1,
  })
  return {
    promoted: of(promoted),
    best_by_average_precision: of(bestByPrecision),
    volatility_average_precision: volatility.judgement.figures.averagePrecision,
  }
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(0).padStart(4)} s`
}

/** What `parseArgs` throws for an option it does not know, or one without its value. */
const isMisuse = (error: unknown): boolean =>
  error instanceof TypeError && String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS')

try {
  const chosen = readArguments(process.argv.slice(2))
  if (chosen === undefined) console.log(usage)
  else await evaluate(chosen)
} catch (error) {
  const expected = error instanceof InputError || error instanceof InsufficientDataError || isMisuse(error)
  console.error(expected ? (error as Error).message : error)
  process.exitCode = expected ? 2 : 1
}
