import { isoDate } from '../domain/calendar.ts'
import { type RiskLabel, riskLabels } from '../features/labels.ts'
import type { FoldPredictions } from './figures.ts'
import type { Samples } from './samples.ts'

/** Predictions of one month and level, by what happened. */
export interface RecordedMonth extends Readonly<Record<RiskLabel, number>> {
  /** The first day of the month that they were made in, `YYYY-MM-DD`. */
  readonly month: string
  readonly predicted: RiskLabel
  /** Of the deepest sustained falls, each in [-1, 0]. */
  readonly fallSum: number
}

/** An outcome "high" that had been called something else. */
export interface RecordedMiss {
  readonly protocolId: string
  readonly asOf: string
  readonly riskLevel: Exclude<RiskLabel, 'high'>
  readonly probabilityHigh: number
  readonly fall: number
  readonly relativeFall: number | null
}

export interface WalkForwardRecord {
  readonly months: readonly RecordedMonth[]
  readonly misses: readonly RecordedMiss[]
}

/** How right a configuration would have been in the past, always refitted on what was known before. */
export function walkForwardRecord(
  { vectors, label, fall, relativeFall }: Samples,
  { rows, level, probability }: FoldPredictions,
): WalkForwardRecord {
  const months = new Map<string, { -readonly [K in keyof RecordedMonth]: RecordedMonth[K] }>()
  const misses: RecordedMiss[] = []
  rows.forEach((row, place) => {
    const predicted = riskLabels[level[place]!]!
    const outcome = riskLabels[label[row]!]!
    const asOf = isoDate(vectors.day[row]!)
    const month = `${asOf.slice(0, 7)}-01`
    const counted = months.get(month + predicted) ?? {
      month,
      predicted,
      low: 0,
      medium: 0,
      high: 0,
      fallSum: 0,
    }
    counted[outcome] += 1
    counted.fallSum += fall[row]!
    months.set(month + predicted, counted)
    if (outcome === 'high' && predicted !== 'high')
      misses.push({
        protocolId: vectors.protocol.names[vectors.protocol.codes[row]!]!,
        asOf,
        riskLevel: predicted,
        probabilityHigh: probability.data[place * riskLabels.length + riskLabels.indexOf('high')]!,
        fall: fall[row]!,
        relativeFall: Number.isNaN(relativeFall[row]!) ? null : relativeFall[row]!,
      })
  })
  return { months: [...months.values()], misses }
}
