import { knownAt, type Measure, priceOf, tvlOf, volumeOf } from './measures.ts'
import type { DailySeries } from './series.ts'

/** What a scan follows from day to day. */
export const followedMeasures = ['tvl', 'price', 'volume'] as const
export type TrackedMeasure = (typeof followedMeasures)[number]

/** Natural logarithms by day, aligned with the series; NaN = unknown. */
export interface Tracks {
  /** Steps from one day to the next. */
  readonly tvl: Float64Array
  readonly price: Float64Array
  /** Levels. */
  readonly volume: Float64Array
}

export function tracksOf(series: DailySeries): Tracks {
  return {
    tvl: stepsOf(logarithms(tvlOf(series), series.tvlUsd.length)),
    price: stepsOf(logarithms(priceOf(series), series.priceUsd.length)),
    volume: logarithms(volumeOf(series), series.volumeUsd.length),
  }
}

export function stepsOf(logs: Float64Array): Float64Array {
  return logs.map((value, i) => value - (logs[i - 1] ?? NaN))
}

function logarithms(measure: Measure, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const value = knownAt(measure, i)
    return value > 0 ? Math.log(value) : NaN
  })
}
