import type { Random } from '../../models/random.ts'
import type { DailySeries } from '../features/series.ts'

/** What goes wrong with a protocol, or with what is reported of it. */
export const injectedKinds = [
  'tvl-drain',
  'depeg',
  'volume-spike',
  'frozen-feed',
  'slow-bleed',
  'feed-glitch',
] as const
export type InjectedKind = (typeof injectedKinds)[number]
/** What goes wrong with the feed only: abnormal, but nothing to be woken for. */
export const glitchKinds: readonly InjectedKind[] = ['frozen-feed', 'feed-glitch']

export interface Injection {
  readonly series: DailySeries
  readonly kind: InjectedKind
  /** First and last day that count as abnormal. */
  readonly fromDay: number
  readonly toDay: number
}

type Measure = 'tvlUsd' | 'priceUsd' | 'marketCapUsd' | 'volumeUsd'
/** The factor on a measure, `days` after the onset. */
type Course = (days: number) => number

interface Disturbance {
  readonly days: number
  readonly courses: Partial<Record<Measure, Course>>
}

/** A drain, a peg or a bleed does not come back; it counts as abnormal while it is news. */
const newsDays = 3

/**
 * The same series with something wrong from `onsetDay` on; severity is drawn. Earlier days are not touched.
 * Null where the series does not have what the kind disturbs.
 */
export function inject(
  series: DailySeries,
  kind: InjectedKind,
  onsetDay: number,
  random: Random,
): Injection | null {
  const onset = onsetDay - series.firstDay
  const needed: Measure = kind === 'depeg' ? 'priceUsd' : kind === 'volume-spike' ? 'volumeUsd' : 'tvlUsd'
  if (!(series[needed][onset]! > 0 && series[needed][onset - 1]! > 0)) return null
  if (kind === 'frozen-feed') return freeze(series, onset, between(random, 5, 14))

  const { days, courses } = disturbances[kind](random)
  const changed = { ...series }
  for (const measure of Object.keys(courses) as Measure[])
    changed[measure] = series[measure].map((value, i) =>
      i < onset ? value : value * courses[measure]!(i - onset),
    )
  return { series: changed, kind, fromDay: onsetDay, toDay: onsetDay + days - 1 }
}

const disturbances: Record<Exclude<InjectedKind, 'frozen-feed'>, (random: Random) => Disturbance> = {
  'tvl-drain': (random) => {
    const left = 1 - uniform(random, 0.3, 0.9)
    return { days: newsDays, courses: { tvlUsd: () => left } }
  },
  depeg(random) {
    const left = 1 - uniform(random, 0.15, 0.7)
    const turnover = uniform(random, 1.5, 5)
    return {
      days: newsDays,
      courses: {
        priceUsd: () => left,
        marketCapUsd: () => left,
        tvlUsd: () => Math.sqrt(left),
        volumeUsd: (day) => (day < newsDays ? turnover : 1),
      },
    }
  },
  'volume-spike': (random) => {
    const days = between(random, 1, 3)
    const factor = Math.exp(uniform(random, Math.log(5), Math.log(50)))
    return { days, courses: { volumeUsd: (day) => (day < days ? factor : 1) } }
  },
  'slow-bleed': (random) => {
    const days = between(random, 15, 30)
    const rate = uniform(random, 0.02, 0.05)
    return { days, courses: { tvlUsd: (day) => Math.exp(-rate * Math.min(day + 1, days)) } }
  },
  'feed-glitch': (random) => {
    const factor = random.next() < 0.7 ? 1 - uniform(random, 0.5, 0.99) : uniform(random, 3, 10)
    return { days: 1, courses: { tvlUsd: (day) => (day === 0 ? factor : 1) } }
  },
}

/** The last value before the onset is reported again and again. */
function freeze(series: DailySeries, onset: number, days: number): Injection {
  const held = (values: Float64Array): Float64Array =>
    values.map((value, i) => (i >= onset && i < onset + days ? values[onset - 1]! : value))
  return {
    series: {
      ...series,
      tvlUsd: held(series.tvlUsd),
      priceUsd: held(series.priceUsd),
      marketCapUsd: held(series.marketCapUsd),
      volumeUsd: held(series.volumeUsd),
    },
    kind: 'frozen-feed',
    fromDay: series.firstDay + onset + 1,
    toDay: series.firstDay + onset + days - 1,
  }
}

function uniform(random: Random, low: number, high: number): number {
  return low + random.next() * (high - low)
}

function between(random: Random, low: number, high: number): number {
  return low + random.below(high - low + 1)
}
