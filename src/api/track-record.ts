import { z } from 'zod'
import type { TrackRecordRow } from '../db/reads/risk.ts'
import { count, riskLevel, share } from './schemas.ts'

const tally = {
  closed: count.meta({ description: 'Predictions whose horizon has passed' }),
  outcomes: z.object({ low: count, medium: count, high: count }),
  realised_losses: count.meta({
    description: 'Of these, how many ended in a fall of 20 % or more (medium or high)',
  }),
  hit_rate: share
    .nullable()
    .meta({ description: 'Share of predictions whose outcome was the predicted level' }),
  mean_fall: z
    .number()
    .nullable()
    .meta({ description: 'Mean of the deepest sustained falls, as a share below 0' }),
}

export const trackRecordSchema = z
  .object({
    closed: count,
    misses: count.meta({ description: 'Outcome "high" that had been predicted "low" or "medium"' }),
    levels: z.array(
      z.object({
        risk_level: riskLevel,
        ...tally,
        months: z.array(z.object({ month: z.string().meta({ example: '2026-11' }), ...tally })),
      }),
    ),
  })
  .meta({ id: 'TrackRecord' })

type Level = z.output<typeof riskLevel>

export function summarizeTrackRecord(rows: readonly TrackRecordRow[]): z.input<typeof trackRecordSchema> {
  const total = (level: Level, field: Level): number =>
    rows.filter((row) => row.predicted === level).reduce((sum, row) => sum + row[field], 0)
  return {
    closed: rows.reduce((sum, row) => sum + closedOf(row), 0),
    misses: total('low', 'high') + total('medium', 'high'),
    levels: riskLevel.options.map((level) => {
      const months = rows.filter((row) => row.predicted === level)
      return {
        risk_level: level,
        ...tallyOf(level, months),
        months: months.map((row) => ({ month: row.month, ...tallyOf(level, [row]) })),
      }
    }),
  }
}

const closedOf = ({ low, medium, high }: TrackRecordRow): number => low + medium + high

function tallyOf(level: Level, rows: readonly TrackRecordRow[]) {
  const sum = (field: Level): number => rows.reduce((total, row) => total + row[field], 0)
  const outcomes = { low: sum('low'), medium: sum('medium'), high: sum('high') }
  const closed = outcomes.low + outcomes.medium + outcomes.high
  const falls = rows.reduce((total, row) => total + (row.meanFall ?? 0) * closedOf(row), 0)
  return {
    closed,
    outcomes,
    realised_losses: outcomes.medium + outcomes.high,
    hit_rate: closed === 0 ? null : outcomes[level] / closed,
    mean_fall: closed === 0 ? null : falls / closed,
  }
}
