import { createDetector } from '../../../models/detectors/catalogue.ts'
import type { DetectorAlgorithm, DetectorParams } from '../../../models/detectors/detector.ts'
import { quantileOfSorted } from '../../../models/metrics/probability.ts'
import { estimateContamination } from '../../anomaly/contamination.ts'
import { millisecondsSince, timed } from './classify.ts'
import { readCsvTable, writeCsv } from './csv-table.ts'
import { featureNames, numericMatrix } from './training-data.ts'

export interface DetectOptions {
  readonly algorithm: DetectorAlgorithm
  readonly engine?: string | undefined
  readonly params: DetectorParams
  readonly seed: number
  /** The share of the training rows that counts as abnormal; `auto` estimates it from their scores. */
  readonly contamination: number | 'auto'
  readonly ignore: readonly string[]
  readonly train: string
  /** Without it, the training rows themselves are scored. */
  readonly test?: string | undefined
  readonly out?: string | undefined
}

export interface DetectReport {
  readonly algorithm: string
  readonly engine: string
  readonly params: DetectorParams
  readonly train_rows: number
  readonly scored_rows: number
  readonly fit_ms: number
  readonly score_ms: number
  readonly contamination: number
  /** A score above it is an anomaly. */
  readonly threshold: number
  readonly anomalies: number
  /** Per scored row; the higher, the more abnormal. Left out where a file takes them. */
  readonly scores?: readonly number[]
  /** 1 for an anomaly. */
  readonly labels?: readonly number[]
}

/** Fits a detector on a file of numbers and scores a file. @throws InputError and ModelInputError in words for the user */
export async function detect(options: DetectOptions): Promise<DetectReport> {
  const { algorithm, params, engine, seed, ignore, out } = options
  const detector = createDetector(algorithm, params, engine)
  const train = await readCsvTable(options.train)
  const names = featureNames(train, ignore)
  const x = numericMatrix(train, names)
  const testX =
    options.test === undefined ? undefined : numericMatrix(await readCsvTable(options.test), names)

  const started = performance.now()
  const fitted = await detector.fitAsync(x, { seed })
  const fitMs = millisecondsSince(started)
  const { result: scores, ms: scoreMs } = timed(() =>
    testX === undefined ? fitted.trainingScores : fitted.decisionFunction(testX),
  )
  const { trainingScores } = fitted
  const contamination =
    options.contamination === 'auto' ? estimateContamination(trainingScores) : options.contamination
  const threshold = quantileOfSorted(trainingScores.toSorted(), 1 - contamination)
  const labels = Array.from(scores, (score) => (score > threshold ? 1 : 0))
  if (out !== undefined)
    await writeCsv(
      out,
      ['score', 'label'],
      labels.map((label, i) => [scores[i]!, label]),
    )
  return {
    algorithm,
    engine: fitted.engine,
    params: fitted.params,
    train_rows: x.rows,
    scored_rows: scores.length,
    fit_ms: fitMs,
    score_ms: scoreMs,
    contamination,
    threshold,
    anomalies: labels.filter((label) => label === 1).length,
    ...(out === undefined ? { scores: [...scores], labels } : {}),
  }
}
