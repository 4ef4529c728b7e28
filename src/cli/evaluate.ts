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
import { historiesOf } from '../training/dataset-histories.ts'
import { evaluateSamples, type EvaluationReport, type Executor } from '../training/evaluation.ts'
import { modelCard } from '../training/model-card.ts'
import { precisionRecallCurve, reliabilityDiagram } from '../training/pictures.ts'
import { buildSamples } from '../training/samples.ts'

const usage = `Usage: npm run evaluate -- --dataset DIR [--out docs] [--seed 42] [--algorithms ${classifierAlgorithms.join(',')}]

Compares the classifiers with each other and with two baselines on a recorded market (a folder with protocols.json and
daily.csv[.gz]) and writes model-card.md and its pictures into the folder --out.`

interface Arguments {
  readonly dataset: string
  readonly out: string
  readonly seed: number
  readonly algorithms: readonly ClassifierAlgorithm[]
}

function readArguments(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      dataset: { type: 'string' },
      out: { type: 'string', default: 'docs' },
      seed: { type: 'string', default: '42' },
      algorithms: { type: 'string', default: classifierAlgorithms.join(',') },
    },
  })
  if (values.dataset === undefined) throw new InputError(`Expected --dataset DIR\n\n${usage}`)
  const seed = Number(values.seed)
  if (!Number.isInteger(seed))
    throw new InputError(`Expected --seed to be a whole number, got ${values.seed}`)
  const algorithms = values.algorithms.split(',').map((name) => {
    const known = classifierAlgorithms.find((algorithm) => algorithm === name)
    if (!known)
      throw new InputError(`Expected --algorithms among ${classifierAlgorithms.join(', ')}, got ${name}`)
    return known
  })
  return { dataset: values.dataset, out: values.out, seed, algorithms }
}

async function evaluate({ dataset: dir, out, seed, algorithms }: Arguments): Promise<void> {
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
      onProgress: (done) => console.error(`${elapsed(started)}  ${done}`),
    })
    await writeCard(out, report, {
      protocols: histories.length,
      simulated: dataset.groundTruth !== null,
      firstDate: isoDate(dataset.firstDay),
      lastDate: isoDate(dataset.lastDay),
      seed,
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
    verdictTask: (input) => pool.run(input, { name: 'verdictTask' }),
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
    precisionRecallCurve(curves, promoted.verdict.figures.baseRate.estimate),
  )
  await writeFile(join(out, 'model-card.md'), modelCard(report, facts))
  console.error(`Written: ${join(out, 'model-card.md')}`)
}

/** The figures that decide, for machines. */
function summary({ promoted, bestByPrecision, volatility }: EvaluationReport) {
  const of = ({ candidate, verdict }: EvaluationReport['promoted']) => ({
    candidate: candidate.id,
    average_precision: verdict.figures.averagePrecision,
    over_volatility: verdict.precisionOverVolatility,
    within_date_auc: verdict.figures.withinDateAuc,
    brier_skill: verdict.figures.brierSkill,
    macro_f1: verdict.figures.macroF1,
  })
  return {
    promoted: of(promoted),
    best_by_average_precision: of(bestByPrecision),
    volatility_average_precision: volatility.verdict.figures.averagePrecision,
  }
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(0).padStart(4)} s`
}

try {
  await evaluate(readArguments(process.argv.slice(2)))
} catch (error) {
  const expected = error instanceof InputError || error instanceof InsufficientDataError
  console.error(expected ? error.message : error)
  process.exitCode = expected ? 2 : 1
}
