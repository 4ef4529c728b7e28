import { jumpsOf } from './jumps.ts'
import { knownAt, measureOf, type FollowedMeasure, type Measure } from './measures.ts'
import type { DailySeries } from './series.ts'
import { recentDays, staleAfterDays } from './window.ts'

/**
 * `gap`: no value between two days that have one; `glitch`: over 50 % off in one day and back within 3 days; `stale`: no value
 * since more than 3 days.
 */
export type QualityFlag = 'gap' | 'glitch' | 'stale'

interface FlaggedSpan {
  readonly flag: QualityFlag
  readonly from: number
  readonly last: number
}

/** Days of one measure, both ends included, that deserve less trust. */
export interface FlaggedDays {
  readonly flag: QualityFlag
  readonly measure: FollowedMeasure
  readonly fromDay: number
  readonly toDay: number
}

/** What is known on `knownUpToDay` about the quality of TVL and price: first TVL, then price, each in ascending time. */
export function flaggedDays(series: DailySeries, knownUpToDay: number): FlaggedDays[] {
  const knownUpTo = knownUpToDay - series.firstDay
  return (['tvl', 'price'] as const).flatMap((name) => {
    const measure = measureOf[name](series)
    return [...missingSpans(measure, knownUpTo), ...glitchSpans(measure, knownUpTo)]
      .sort((a, b) => a.from - b.from)
      .map(({ flag, from, last }) => ({
        flag,
        measure: name,
        fromDay: series.firstDay + from,
        toDay: series.firstDay + last,
      }))
  })
}

/** The days on which TVL or price was off its level, as far as `knownUpToDay` tells glitches from events; ascending. */
export function glitchDays(series: DailySeries, knownUpToDay: number): number[] {
  const days = new Set<number>()
  for (const { flag, fromDay, toDay } of flaggedDays(series, knownUpToDay))
    if (flag === 'glitch') for (let day = fromDay; day <= toDay; day++) days.add(day)
  return [...days].sort((a, b) => a - b)
}

/** The flags of a vector: what is known on `asOfDay` to be wrong with TVL or price in its last 30 days, alphabetically. */
export function vectorFlags(series: DailySeries, asOfDay: number): QualityFlag[] {
  const recent = flaggedDays(series, asOfDay).filter(({ toDay }) => toDay > asOfDay - recentDays)
  return [...new Set(recent.map(({ flag }) => flag))].sort()
}

function glitchSpans(measure: Measure, knownUpTo: number): FlaggedSpan[] {
  return jumpsOf(measure, 0, knownUpTo)
    .filter(({ verdict }) => verdict === 'glitch')
    .map(({ index, backIndex }) => ({ flag: 'glitch', from: index, last: backIndex - 1 }))
}

function missingSpans(measure: Measure, knownUpTo: number): FlaggedSpan[] {
  const spans: FlaggedSpan[] = []
  let lastKnown = Infinity
  for (let i = 0; i <= knownUpTo; i++) {
    if (Number.isNaN(knownAt(measure, i))) continue
    if (i > lastKnown + 1) spans.push({ flag: 'gap', from: lastKnown + 1, last: i - 1 })
    lastKnown = i
  }
  if (knownUpTo - lastKnown > staleAfterDays)
    spans.push({ flag: 'stale', from: lastKnown + 1, last: knownUpTo })
  return spans
}
