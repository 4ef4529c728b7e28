import { buildFeatures, type FeatureOptions } from './build.ts'
import type { DailySeries, FeatureVector, ProtocolTraits } from './series.ts'

/** The vectors of one protocol as of each of `days`, in their order; days on which no vector exists are left out. */
export function buildFeatureHistory(
  series: DailySeries,
  traits: ProtocolTraits,
  days: readonly number[],
  options?: FeatureOptions,
): FeatureVector[] {
  const vectors: FeatureVector[] = []
  for (const day of days) {
    const vector = buildFeatures(series, traits, day, options)
    if (vector !== null) vectors.push(vector)
  }
  return vectors
}

/** 1970-01-01 was a Thursday. */
const firstMonday = 4

/** The Mondays from `firstDay` to `lastDay`, both included: the as-of days of training samples. */
export function mondays(firstDay: number, lastDay: number): number[] {
  const days: number[] = []
  const sinceMonday = (((firstDay - firstMonday) % 7) + 7) % 7
  for (let day = firstDay + ((7 - sinceMonday) % 7); day <= lastDay; day += 7) days.push(day)
  return days
}
