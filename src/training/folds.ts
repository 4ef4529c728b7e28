import { groupedFolds, stratifiedFolds, walkForwardFolds, type Fold } from '../../models/validation/folds.ts'
import type { Samples } from './samples.ts'

/**
 * - `walk-forward`: one fold per calendar month of the last 60 % of the span, purged by the horizon. The honest one.
 * - `walk-forward-blocks`: the same in five longer blocks, for grids.
 * - `grouped`: five folds that never part the protocols of one parent; time mixes.
 * - `shuffled`: five stratified folds; time and protocols mix, so its figures are optimistic.
 */
export type FoldKind = 'walk-forward' | 'walk-forward-blocks' | 'grouped' | 'shuffled'

const foldCount = 5
const testFraction = 0.6
const trainingWindowDays = 500

export function foldsOf(samples: Samples, kind: FoldKind, seed: number): Fold[] {
  const { vectors, label, family, horizonDays } = samples
  switch (kind) {
    case 'grouped':
      return groupedFolds(family.codes, label, foldCount, seed)
    case 'shuffled':
      return stratifiedFolds(label, foldCount, seed)
    case 'walk-forward':
    case 'walk-forward-blocks': {
      const periods = kind === 'walk-forward' ? vectors.day.map(monthOf) : blocksOf(vectors.day)
      const options = { purgeDays: horizonDays, trainingWindowDays, testFraction }
      return walkForwardFolds(vectors.day, periods, label, options)
    }
  }
}

/** Months since 1970-01. */
function monthOf(day: number): number {
  const date = new Date(day * 86_400_000)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}

/** The tested part of the span in equal lengths; what comes before is block −1 and less, and not tested. */
function blocksOf(day: Int32Array): Int32Array {
  const first = day[0]!
  const last = day.at(-1)!
  const testFrom = first + (1 - testFraction) * (last - first)
  const length = (last + 1 - testFrom) / foldCount
  return day.map((at) => Math.floor((at - testFrom) / length))
}
