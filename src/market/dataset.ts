import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDailyCsv, readDailyCsv } from './daily-csv.ts'
import {
  readGroundTruth,
  readHacks,
  readProtocols,
  writeJson,
  type DatasetHack,
  type DatasetProtocol,
  type GroundTruth,
} from './dataset-json.ts'
import { InputError } from '../errors.ts'

/**
 * The daily rows of one protocol as columns of equal length, dates ascending and distinct; a day may be absent.
 * NaN = blank in the file, that is unknown.
 */
export interface DailyColumns {
  /** Days since 1970-01-01, UTC. */
  readonly day: Int32Array
  readonly tvlUsd: Float64Array
  readonly priceUsd: Float64Array
  readonly marketCapUsd: Float64Array
  readonly volumeUsd: Float64Array
}

/** A market's recorded or simulated past: what the market server speaks from. */
export interface Dataset {
  readonly protocols: readonly DatasetProtocol[]
  /** One entry per protocol, in the order of `protocols`; empty columns where the file has no row of it. */
  readonly series: readonly DailyColumns[]
  readonly hacks: readonly DatasetHack[]
  /** What really happened and why; simulated datasets only. */
  readonly groundTruth: GroundTruth | null
  /** The span of all series, days since 1970-01-01. */
  readonly firstDay: number
  readonly lastDay: number
}

/**
 * Reads `protocols.json`, `daily.csv` or `daily.csv.gz`, and where present `hacks.json` and `ground-truth.json`.
 * Further files, columns and fields are ignored.
 * @throws InputError that names file, line (or entry) and column, and what is allowed.
 */
export async function loadDataset(dir: string): Promise<Dataset> {
  const protocols = await readProtocols(dir)
  const series = await readDailyCsv(dir, protocols)
  const [hacks, groundTruth] = await Promise.all([readHacks(dir), readGroundTruth(dir)])
  const { firstDay, lastDay } = spanOf(series)
  if (lastDay < firstDay) throw new InputError(`${dir}: daily.csv has no rows`)
  return { protocols, series, hacks, groundTruth, firstDay, lastDay }
}

/**
 * Writes a dataset that `loadDataset` reads back as the same; each file appears whole or not at all, and an
 * older dataset in the folder is replaced.
 */
export async function writeDataset(dir: string, dataset: Dataset): Promise<void> {
  await mkdir(dir, { recursive: true })
  const unfinished = (file: string): string => join(dir, `.${file}.unfinished`)
  const files = ['protocols.json', 'daily.csv.gz', 'hacks.json']
  await writeJson(unfinished('protocols.json'), dataset.protocols)
  await writeDailyCsv(unfinished('daily.csv.gz'), dataset)
  await writeJson(unfinished('hacks.json'), dataset.hacks)
  if (dataset.groundTruth !== null) {
    await writeJson(unfinished('ground-truth.json'), dataset.groundTruth)
    files.push('ground-truth.json')
  } else await rm(join(dir, 'ground-truth.json'), { force: true })
  await rm(join(dir, 'daily.csv'), { force: true })
  for (const file of files) await rename(unfinished(file), join(dir, file))
}

/** First and last day over all series; first > last when there is no row at all. */
export function spanOf(series: readonly DailyColumns[]): { firstDay: number; lastDay: number } {
  let firstDay = Infinity
  let lastDay = -Infinity
  for (const { day } of series) {
    if (day.length === 0) continue
    firstDay = Math.min(firstDay, day[0]!)
    lastDay = Math.max(lastDay, day[day.length - 1]!)
  }
  return { firstDay, lastDay }
}
