import type { TrueAnomaly } from '../anomaly/detection-figures.ts'
import { injectIntoMarket } from '../anomaly/injected-market.ts'
import type { ProtocolHistory } from '../anomaly/training-material.ts'
import { dayNumber } from '../domain/calendar.ts'
import { InputError } from '../errors.ts'
import { seriesFromColumns } from '../features/from-columns.ts'
import { type Dataset, loadDataset } from '../market/dataset.ts'
import { simulateDataset } from '../market/simulator/simulate-dataset.ts'

/** Days before the first scored one: a window of 90 and what its oldest vector looks back on. */
const leadDays = 130
/** Rows of the feeds that are no protocols. */
const foreignCategories = ['CEX', 'Chain']

/** A market, what truly went wrong in it, and the days to judge. */
export interface EvaluationMarket {
  readonly name: string
  readonly protocols: readonly ProtocolHistory[]
  readonly anomalies: readonly TrueAnomaly[]
  readonly fromDay: number
  readonly toDay: number
}

/** A dataset's folder, or the size of a simulated one. */
export type MarketSource = { readonly dir: string } | { readonly protocols: number; readonly days: number }

/**
 * A simulated market brings its own truth; into a dataset without one, anomalies are injected.
 * @throws InputError when there are too few days to learn from
 */
export async function openEvaluationMarket(source: MarketSource, seed: number): Promise<EvaluationMarket> {
  const dataset = 'dir' in source ? await loadDataset(source.dir) : simulateDataset({ ...source, seed })
  const fromDay = dataset.firstDay + leadDays
  const toDay = dataset.lastDay
  if (fromDay > toDay)
    throw new InputError(`Expected more than ${leadDays} days, got ${toDay - dataset.firstDay + 1}`)
  const histories = historiesOf(dataset)
  const name = `${'dir' in source ? 'dataset with injections' : 'simulated market'}, seed ${seed}`
  return dataset.groundTruth === null
    ? { name, ...injectIntoMarket(histories, fromDay, toDay, seed), fromDay, toDay }
    : { name, protocols: histories, anomalies: truthOf(dataset.groundTruth), fromDay, toDay }
}

function historiesOf({ protocols, series }: Dataset): ProtocolHistory[] {
  return protocols.flatMap(({ slug, category, chains }, i) => {
    const { day: days, ...measures } = series[i]!
    if (days.length === 0 || (category !== null && foreignCategories.includes(category))) return []
    const traits = { category, mainChain: chains[0] ?? null }
    return [{ series: seriesFromColumns({ protocolId: slug, days, ...measures }), traits }]
  })
}

function truthOf({ incidents, glitches }: NonNullable<Dataset['groundTruth']>): TrueAnomaly[] {
  return [
    ...incidents.map(({ slug, kind, first_date, last_date }) => ({
      protocolId: slug,
      kind,
      fromDay: dayNumber(first_date),
      toDay: dayNumber(last_date),
      isGlitch: false,
    })),
    ...glitches.map(({ slug, date, days }) => ({
      protocolId: slug,
      kind: 'feed-glitch',
      fromDay: dayNumber(date),
      toDay: dayNumber(date) + days - 1,
      isGlitch: true,
    })),
  ]
}
