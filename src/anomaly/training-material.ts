import { createRandom, type Random, shuffle } from '../../models/random.ts'
import { buildFeatures } from '../features/build.ts'
import { buildFeatureHistory } from '../features/history.ts'
import { evidenceOf, movementKinds, type Movements } from '../features/movement-kinds.ts'
import { movementHistory, movementHistoryDays } from '../features/movements.ts'
import { type MarketTracks, marketTracks } from '../features/market-tracks.ts'
import type { DailySeries, FeatureVector, ProtocolTraits } from '../features/series.ts'
import { inject, type InjectedKind, injectedKinds } from './injection.ts'
import { type PastRanks, rankEvidence } from './past-ranks.ts'
import { fitTypicalRanges } from './typical-ranges.ts'
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
  const vectors = protocols.map(({ series, traits }) =>
    buildFeatureHistory(series, traits, days).filter(({ points, stale }) => points >= fewestPoints && !stale),
  )
  const seriesOf = new Map(protocols.map(({ series }) => [series.protocolId, series]))
  const market = marketTracks([...seriesOf.values()], firstDay - movementHistoryDays, asOfDay, asOfDay)
  const withMovements = (sights: readonly FeatureSight[]): Sight[] =>
    sights.map((sight) => ({
      ...sight,
      movements: movementsOn(seriesOf.get(sight.vector.protocolId)!, market, sight.vector.asOfDay),
    }))
  const sights = vectors.flatMap(sightsOf)
  const earlierSights = sights.filter(({ vector }) => vector.asOfDay < pastFrom)
  const training = withMovements(sample(earlierSights, options.trainingRows, random.fork(1)))
  const past = sample(
    sights.filter(({ vector }) => vector.asOfDay >= pastFrom),
    mostPastRows,
    random.fork(3),
  )
  const ranked = sample(earlierSights, mostPastRows, random.fork(4))
  const movementRanks = rankMovements(withMovements(ranked))
  return {
    training,
    past: withMovements(past),
    injected: injectAmong(protocols, market, pastFrom, asOfDay, options.injectionsPerKind, random.fork(2)),
    earlier: {
      ranges: fitTypicalRanges(vectors.map((own) => own.filter((vector) => vector.asOfDay < pastFrom))),
      movementRanks,
    },
    latest: { ranges: fitTypicalRanges(vectors), movementRanks },
  }
}

type FeatureSight = Omit<Sight, 'movements'>

function sightsOf(vectors: readonly FeatureVector[]): FeatureSight[] {
  return vectors.map((vector, i) => ({ vector, before: vectors[i - 1] }))
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

function sample<T>(items: readonly T[], count: number, random: Random): T[] {
  const order = Int32Array.from(items.keys())
  return Array.from(shuffle(order, random).subarray(0, count), (i) => items[i]!)
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
