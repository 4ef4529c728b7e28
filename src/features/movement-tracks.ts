import { knownAt, type Measure, priceOf, tvlOf, volumeOf } from './measures.ts'
import type { DailySeries } from './series.ts'

/** What is followed day by day: steps from one day to the next, and volume against what it was before. */
export const trackNames = [
  'tvl-step',
  'price-step',
  'volume-step',
  'volume-level-1',
  'volume-level-3',
  'volume-level-7',
] as const
export type TrackName = (typeof trackNames)[number]

/** A level of volume is compared with the mean of so many days before. */
const baselineDays = 28

/** Natural logarithms by day, aligned with the series; NaN = unknown. */
export function tracksOf(series: DailySeries): Readonly<Record<TrackName, Float64Array>> {
  const volume = logarithms(volumeOf(series), series.volumeUsd.length)
  const level = (days: number): Float64Array => levels(volume, days)
  return {
    'tvl-step': steps(logarithms(tvlOf(series), series.tvlUsd.length)),
    'price-step': steps(logarithms(priceOf(series), series.priceUsd.length)),
    'volume-step': steps(volume),
    'volume-level-1': level(1),
    'volume-level-3': level(3),
    'volume-level-7': level(7),
  }
}

function logarithms(measure: Measure, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const value = knownAt(measure, i)
    return value > 0 ? Math.log(value) : NaN
  })
}

function steps(logs: Float64Array): Float64Array {
  return logs.map((value, i) => value - (logs[i - 1] ?? NaN))
}

/** Mean of the last `days` values − mean of the 28 before them; half of either has to be known. */
function levels(logs: Float64Array, days: number): Float64Array {
  const sums = new Float64Array(logs.length + 1)
  const counts = new Int32Array(logs.length + 1)
  logs.forEach((value, i) => {
    const isKnown = !Number.isNaN(value)
    sums[i + 1] = sums[i]! + (isKnown ? value : 0)
    counts[i + 1] = counts[i]! + (isKnown ? 1 : 0)
  })
  const meanOf = (from: number, to: number): number => {
    const start = Math.max(from, 0)
    const known = to <= start ? 0 : counts[to]! - counts[start]!
    return known * 2 < to - from ? NaN : (sums[to]! - sums[start]!) / known
  }
  return logs.map((_, i) => meanOf(i + 1 - days, i + 1) - meanOf(i + 1 - days - baselineDays, i + 1 - days))
}
