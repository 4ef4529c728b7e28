import { evidenceOfDrift, evidenceOfFall, type Noise } from './evidence.ts'
import { expectedVolumes } from './expected-volumes.ts'
import type { MarketTracks } from './market-tracks.ts'
import type { TrackedMeasure } from './movement-tracks.ts'
import { expectedSizes, memoryDays, usualSize } from './usual-size.ts'

/** What one measure did over the newest days; NaN = unknown. */
export interface Course {
  /** In nats, that it hurts. */
  readonly evidence: number
  /** As a natural logarithm, and one usual movement over as many days (a standard deviation). */
  readonly value: number
  readonly usual: number
}

/** The courses of a measure over so many days: a jump that has held since, or a drift that is shared out among the days. */
export interface Courses {
  held(days: number): Course
  drift(days: number): Course
}

/** Falls by 20, 40, 60 and 80 %, and a doubled volume: less is no news. */
const falls = [0.223, 0.511, 0.916, 1.609] as const
const leastFall = falls[0]
const leastSurge = Math.LN2

/** Degrees of freedom: the tail indices of recorded daily changes of TVL, price and volume, see docs/simulator.md. */
const freedom = { tvl: 1.6, price: 3, volume: 3.3 } as const satisfies Record<TrackedMeasure, number>
/** The median of |t| with so many degrees of freedom. */
const medianOfT = { tvl: 0.8581, price: 0.7649, volume: 0.756 } as const satisfies Record<
  TrackedMeasure,
  number
>
/** The standard deviation of a normal variable over the median of its size. */
const normalDeviation = 1.4826

const noiseOf = (measure: TrackedMeasure, size: number): Noise => ({
  scale: size / medianOfT[measure],
  freedom: freedom[measure],
})

/** @param steps beyond the market, newest first; NaN = unknown */
export function coursesOfSteps(measure: 'tvl' | 'price', steps: Float64Array, market: MarketTracks): Courses {
  const sizes = expectedSizes(steps, market.usual[measure])
  return {
    held(days) {
      const size = sizes[days - 1]!
      const fall = heldFall(steps, days)
      const evidence = evidenceOfFall(fall, leastFall, noiseOf(measure, size))
      return { evidence, value: -fall, usual: normalDeviation * size }
    },
    drift(days) {
      const size = sizes[days - 1]!
      const evidence = evidenceOfDrift(steps, days, falls, noiseOf(measure, size))
      return { evidence, value: sumOfKnown(steps, days), usual: normalDeviation * size * Math.sqrt(days) }
    },
  }
}

/** @param volumes beyond the market, newest first; NaN = unknown */
export function coursesOfVolume(volumes: Float64Array, market: MarketTracks): Pick<Courses, 'held'> {
  const expected = expectedVolumes(volumes)
  /** What all of the days up to the k-th newest had beyond what was expected before them. */
  const heldRise = (k: number, days: number): number => {
    let least = Infinity
    for (let i = k; i < k + days; i++) least = Math.min(least, volumes[i] ?? NaN)
    return least - (expected[k + days - 1] ?? NaN)
  }
  return {
    held(days) {
      const rises = Float64Array.from({ length: memoryDays + days }, (_, k) => heldRise(k, days))
      const value = rises[0]!
      const size = usualSize(rises, days, market.usual.volume)
      const evidence = evidenceOfFall(value, leastSurge, noiseOf('volume', size))
      return { evidence, value, usual: normalDeviation * size }
    },
  }
}

/** The fall of the oldest of so many days, as far as it has held ever since; NaN where that day is unknown. */
function heldFall(steps: Float64Array, days: number): number {
  let fall = -steps[days - 1]!
  let least = fall
  for (let k = days - 2; k >= 0; k--) {
    const step = steps[k]!
    if (Number.isNaN(step)) continue
    fall -= step
    least = Math.min(least, fall)
  }
  return least
}

function sumOfKnown(steps: Float64Array, days: number): number {
  let sum = 0
  for (let k = 0; k < days; k++) if (!Number.isNaN(steps[k]!)) sum += steps[k]!
  return sum
}
