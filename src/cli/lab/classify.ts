import { createClassifier } from '../../../models/classifiers/catalogue.ts'
import type { ClassifierAlgorithm, FittedClassifier, Params } from '../../../models/classifiers/classifier.ts'
import { shapImportance } from '../../../models/explain/importance.ts'
import { type Matrix, takeRows } from '../../../models/matrix.ts'
import { accuracy, macroF1, mostProbable } from '../../../models/metrics/confusion.ts'
import { logLoss } from '../../../models/metrics/probability.ts'
import { type CsvTable, readCsvTable, writeCsv } from './csv-table.ts'
import {
  type ColumnRoles,
  encodeFeatures,
  encodeLabels,
  type Encoding,
  learnEncoding,
  trainingSet,
} from './training-data.ts'

export const importanceKinds = ['gain', 'shap', 'split'] as const
type ImportanceKind = (typeof importanceKinds)[number]

/** What to learn, from which file, for which file. */
export interface ClassifyOptions extends ColumnRoles {
  readonly algorithm: ClassifierAlgorithm
  readonly engine?: string | undefined
  readonly params: Params
  readonly seed: number
  readonly train: string
  readonly test: string
  readonly out?: string | undefined
}

export interface FitReport {
  readonly algorithm: string
  readonly engine: string
  readonly params: Params
  readonly classes: readonly string[]
  readonly train_rows: number
  readonly test_rows: number
  readonly fit_ms: number
  readonly predict_ms: number
  /** Null where the test file has no target column. */
  readonly macro_f1: number | null
  readonly log_loss: number | null
  readonly accuracy: number | null
  readonly importances: Readonly<Record<string, number>>
}

export interface ExplainReport {
  readonly algorithm: string
  readonly engine: string
  readonly output_space: string
  readonly classes: readonly string[]
  readonly test_rows: number
  readonly fit_ms: number
  readonly explain_ms: number
  readonly out: string
}

/** Rows that mean |SHAP| is taken over: enough for a stable order of the features. */
const explainedRows = 200

/** Fits on one file and predicts the other. @throws InputError and ModelInputError in words for the user */
export async function fitAndPredict(
  options: ClassifyOptions & { readonly importance: ImportanceKind },
): Promise<FitReport> {
  const { encoding, test, truth, fitted, fitMs, x, testX } = await fitOn(options)
  const { result: probability, ms: predictMs } = timed(() => fitted.predictProbability(testX))
  if (options.out !== undefined) await writeCsv(options.out, encoding.labels, rowsOf(probability))
  return {
    algorithm: fitted.algorithm,
    engine: fitted.engine,
    params: fitted.params,
    classes: encoding.labels,
    train_rows: x.rows,
    test_rows: test.rows.length,
    fit_ms: fitMs,
    predict_ms: predictMs,
    ...figuresOf(truth, probability),
    importances: importancesOf(fitted, x, options.importance),
  }
}

/** Fits on one file and writes the SHAP values of the other's rows. */
export async function fitAndExplain(
  options: ClassifyOptions & { readonly out: string },
): Promise<ExplainReport> {
  const { encoding, test, fitted, fitMs, testX } = await fitOn(options)
  const { result: explanation, ms: explainMs } = timed(() => fitted.explain(testX))
  const { labels, features } = encoding
  const { outputSpace, base, values } = explanation
  const rows = function* () {
    let at = 0
    for (let row = 0; row < testX.rows; row++)
      for (const [c, label] of labels.entries())
        for (const { name } of features) yield [row, label, name, values[at++]!, base[c]!, outputSpace]
  }
  await writeCsv(options.out, ['row', 'class', 'feature', 'value', 'base', 'output_space'], rows())
  return {
    algorithm: fitted.algorithm,
    engine: fitted.engine,
    output_space: outputSpace,
    classes: labels,
    test_rows: test.rows.length,
    fit_ms: fitMs,
    explain_ms: explainMs,
    out: options.out,
  }
}

interface Fitting {
  readonly encoding: Encoding
  readonly test: CsvTable
  /** Class indices of the test rows, where their file says them. */
  readonly truth: Int32Array | undefined
  readonly fitted: FittedClassifier
  readonly fitMs: number
  readonly x: Matrix
  readonly testX: Matrix
}

/** Everything is read and checked before the first tree grows. */
async function fitOn(options: ClassifyOptions): Promise<Fitting> {
  const { algorithm, params, engine, target, seed } = options
  const classifier = createClassifier(algorithm, params, engine)
  const train = await readCsvTable(options.train)
  const test = await readCsvTable(options.test)
  const encoding = learnEncoding(train, options)
  const data = trainingSet(train, target, encoding)
  const testX = encodeFeatures(test, encoding)
  const truth = test.header.includes(target) ? encodeLabels(test, target, encoding.labels) : undefined
  const { result: fitted, ms: fitMs } = timed(() => classifier.fit(data, { seed }))
  return { encoding, test, truth, fitted, fitMs, x: data.x, testX }
}

function figuresOf(
  truth: Int32Array | undefined,
  probability: Matrix,
): Pick<FitReport, 'macro_f1' | 'log_loss' | 'accuracy'> {
  if (truth === undefined) return { macro_f1: null, log_loss: null, accuracy: null }
  const predicted = mostProbable(probability)
  return {
    macro_f1: macroF1(truth, predicted, probability.columns),
    log_loss: logLoss(truth, probability),
    accuracy: accuracy(truth, predicted),
  }
}

function importancesOf(fitted: FittedClassifier, x: Matrix, kind: ImportanceKind): Record<string, number> {
  const shares = kind === 'shap' ? shapImportance(fitted.explain(sampleOf(x))) : fitted.importance(kind)
  return Object.fromEntries(fitted.features.map(({ name }, f) => [name, shares[f]!]))
}

/** Rows spread evenly over the file. */
function sampleOf(x: Matrix): Matrix {
  const count = Math.min(x.rows, explainedRows)
  return takeRows(
    x,
    Array.from({ length: count }, (_, i) => Math.floor((i * x.rows) / count)),
  )
}

function* rowsOf({ rows, columns, data }: Matrix): Generator<number[]> {
  for (let i = 0; i < rows; i++) yield [...data.subarray(i * columns, (i + 1) * columns)]
}

/** @returns what the work gave, and the milliseconds it took */
export function timed<T>(work: () => T): { result: T; ms: number } {
  const start = performance.now()
  const result = work()
  return { result, ms: millisecondsSince(start) }
}

/** To the microsecond. @param start of `performance.now()` */
export function millisecondsSince(start: number): number {
  return Math.round((performance.now() - start) * 1000) / 1000
}
