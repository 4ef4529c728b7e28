import { createRandom, type Random, shuffle } from '../../models/random.ts'
import { buildFeatures } from '../features/build.ts'
import { buildFeatureHistory } from '../features/history.ts'
import { evidenceOf, movementKinds, type Movements } from '../features/movement-kinds.ts'
import { movementHistory, movementHistoryDays } from '../features/movements.ts'
import { type MarketTracks, marketTracks } from '../features/market-tracks.ts'
import type { DailySeries, FeatureVector, ProtocolTraits } from '../features/series.ts'
import { groupBy } from './group-by.ts'
import { inject, type InjectedKind, injectedKinds } from './injection.ts'
import { type PastRanks, rankEvidence } from './past-ranks.ts'
import { type TypicalRanges, TypicalRangesFit } from './typical-ranges.ts'
import type { Sight, Yardsticks } from './views.ts'

export interface ProtocolHistory {
  readonly series: DailySeries
  readonly traits: ProtocolTraits
}

/** What an anomaly model is made of. All of it lies at or before the as-of day. */
export interface TrainingMaterial {
  /** Rows that the detectors learn: a sample of the earlier days. */
  readonly training: readonly Sight[]
  /** A sample of the latest days, which no detector has learnt. */
  readonly past: readonly Sight[]
  /** Rows of the same latest days with something wrong. */
  readonly injected: readonly InjectedSight[]
  /** As they were known before the latest days: for `training`, `past` and `injected`. */
  readonly earlier: Yardsticks
  /** As they are known on the as-of day: for what is scored next. */
  readonly latest: Yardsticks
}

export interface InjectedSight extends Sight {
  readonly kind: InjectedKind
}

export interface MaterialOptions {
  readonly seed: number
  readonly windowDays: number
  readonly trainingRows: number
  readonly injectionsPerKind: number
}

/** The share of the window, its latest days, that detectors do not learn but are ranked on. */
const pastShare = 0.2
/** A tail is known well enough from so many rows. */
const mostPastRows = 5000
/** Features of fewer points are mostly unknown. */
const fewestPoints = 10

export function gatherMaterial(
  protocols: readonly ProtocolHistory[],
  asOfDay: number,
  options: MaterialOptions,
): TrainingMaterial {
  const random = createRandom(options.seed)
  const firstDay = asOfDay - options.windowDays + 1
  const pastFrom = asOfDay - Math.round(options.windowDays * pastShare) + 1
  const days = Array.from({ length: options.windowDays }, (_, i) => firstDay + i)
  const historyOf = ({ series, traits }: ProtocolHistory): FeatureVector[] =>
    buildFeatureHistory(series, traits, days).filter(({ points, stale }) => points >= fewestPoints && !stale)
  const survey = surveyOf(protocols, historyOf, pastFrom)
  const seriesOf = new Map(protocols.map(({ series }) => [series.protocolId, series]))
  const market = marketTracks([...seriesOf.values()], firstDay - movementHistoryDays, asOfDay, asOfDay)
  const withMovements = (sights: readonly FeatureSight[]): Sight[] =>
    sights.map((sight) => ({
      ...sight,
      movements: movementsOn(seriesOf.get(sight.vector.protocolId)!, market, sight.vector.asOfDay),
    }))
  const take = (rows: readonly Row[]): Sight[] => withMovements(sightsAt(protocols, rows, historyOf))
  const { earlier, latest } = survey.rows
  const training = take(drawRows(earlier, options.trainingRows, random.fork(1)))
  const past = take(drawRows(latest, mostPastRows, random.fork(3)))
  const movementRanks = rankMovements(take(drawRows(earlier, mostPastRows, random.fork(4))))
  return {
    training,
    past,
    injected: injectAmong(protocols, market, pastFrom, asOfDay, options.injectionsPerKind, random.fork(2)),
    earlier: { ranges: survey.earlierRanges, movementRanks },
    latest: { ranges: survey.latestRanges, movementRanks },
  }
}

type FeatureSight = Omit<Sight, 'movements'>

/** A vector of a protocol, by its place among those of its window. */
interface Row {
  readonly protocol: number
  readonly row: number
}

/** The rows `from` to `end` (exclusive) of each protocol. */
type RowRanges = readonly { readonly from: number; readonly end: number }[]

interface Survey {
  readonly rows: { readonly earlier: RowRanges; readonly latest: RowRanges }
  readonly earlierRanges: TypicalRanges
  readonly latestRanges: TypicalRanges
}

/** Looks at every protocol once and lets go of its vectors: a market's quarter of them would fill the memory. */
function surveyOf(
  protocols: readonly ProtocolHistory[],
  historyOf: (protocol: ProtocolHistory) => FeatureVector[],
  pastFrom: number,
): Survey {
  const earlierRanges = new TypicalRangesFit()
  const latestRanges = new TypicalRangesFit()
  const earlier: RowRanges[number][] = []
  const latest: RowRanges[number][] = []
  for (const protocol of protocols) {
    const own = historyOf(protocol)
    const before = own.filter(({ asOfDay }) => asOfDay < pastFrom)
    earlierRanges.add(before)
    latestRanges.add(own)
    earlier.push({ from: 0, end: before.length })
    latest.push({ from: before.length, end: own.length })
  }
  return {
    rows: { earlier, latest },
    earlierRanges: earlierRanges.finish(),
    latestRanges: latestRanges.finish(),
  }
}

/** A sample without repeats, in random order. */
function drawRows(ranges: RowRanges, count: number, random: Random): Row[] {
  let total = 0
  const ends = ranges.map(({ from, end }) => (total += end - from))
  const order = shuffle(
    Int32Array.from({ length: total }, (_, i) => i),
    random,
  ).subarray(0, count)
  return Array.from(order, (drawn) => {
    const protocol = ends.findIndex((end) => drawn < end)
    return { protocol, row: ranges[protocol]!.end - (ends[protocol]! - drawn) }
  })
}

/** In the order of `rows`; each protocol's vectors are built once more, and let go of again. */
function sightsAt(
  protocols: readonly ProtocolHistory[],
  rows: readonly Row[],
  historyOf: (protocol: ProtocolHistory) => FeatureVector[],
): FeatureSight[] {
  const places = groupBy([...rows.keys()], (place) => rows[place]!.protocol)
  const sights = new Array<FeatureSight>(rows.length)
  for (const [protocol, own] of places) {
    const vectors = historyOf(protocols[protocol]!)
    for (const place of own) {
      const { row } = rows[place]!
      sights[place] = { vector: vectors[row]!, before: vectors[row - 1] }
    }
  }
  return sights
}

function movementsOn(series: DailySeries, market: MarketTracks, day: number): Movements {
  return movementHistory(series, market, [day])[0]!
}

function rankMovements(sights: readonly Sight[]): PastRanks[] {
  return movementKinds.map((_, kind) => {
    const evidence = Float64Array.from(sights, ({ movements }) => evidenceOf(movements, kind))
    const known = evidence.filter((nats) => !Number.isNaN(nats))
    return rankEvidence(known.length > 0 ? known : Float64Array.of(0))
  })
}

/** As many anomalies of each kind as asked for, fewer where the series do not have what a kind disturbs. */
function injectAmong(
  protocols: readonly ProtocolHistory[],
  market: MarketTracks,
  firstDay: number,
  lastDay: number,
  perKind: number,
  random: Random,
): InjectedSight[] {
  if (protocols.length === 0) return []
  return injectedKinds.flatMap((kind) =>
    Array.from({ length: perKind }, () => {
      const protocol = protocols[random.below(protocols.length)]!
      const onset = firstDay + random.below(lastDay - firstDay + 1)
      return injectedSight(protocol, market, kind, onset, lastDay, random)
    }).filter((sight) => sight !== null),
  )
}

function injectedSight(
  { series, traits }: ProtocolHistory,
  market: MarketTracks,
  kind: InjectedKind,
  onset: number,
  lastDay: number,
  random: Random,
): InjectedSight | null {
  const injection = inject(series, kind, onset, random)
  if (injection === null) return null
  const latest = Math.min(injection.toDay, lastDay)
  if (latest < injection.fromDay) return null
  const day = injection.fromDay + random.below(latest - injection.fromDay + 1)
  const vector = buildFeatures(injection.series, traits, day)
  const before = buildFeatures(injection.series, traits, day - 1) ?? undefined
  const movements = movementsOn(injection.series, market, day)
  return vector === null ? null : { vector, before, movements, kind }
}
