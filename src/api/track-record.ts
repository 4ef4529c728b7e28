import { z } from 'zod'
import type { MissRow, TrackRecordRow } from '../db/reads/track-record.ts'
import { count, instant, riskLevel, share, toInstant } from './schemas.ts'

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

/** How deep a protocol fell inside the horizon. */
export const outcomeFalls = {
  outcome_fall: z.number().nullable().meta({
    description:
      'The deepest fall that held for three values in a row, as a share below 0; null while the horizon is open',
  }),
  outcome_relative_fall: z.number().nullable().meta({
    description:
      "The same, measured against the median of all protocols on the same days: the protocol's own part of it",
  }),
}

export const origin = z.enum(['live', 'walk-forward']).meta({
  description:
    '`live`: predictions as they were served. `walk-forward`: what the model would have said in the past, refitted month by ' +
    'month on what was known before; made in training',
})
const modelId = z
  .uuid()
  .nullable()
  .meta({ description: 'The model whose record this is; null where all models are counted' })

export const trackRecordSchema = z
  .object({
    origin,
    model_id: modelId,
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

export const missSchema = z
  .object({
    origin,
    model_id: z.uuid(),
    protocol_id: z.string(),
    protocol_name: z
      .string()
      .nullable()
      .meta({ description: 'null where the protocol is not known any more' }),
    as_of: instant,
    risk_level: z.enum(['low', 'medium']).meta({ description: 'What had been predicted' }),
    probability_high: share,
    outcome: z.literal('high'),
    ...outcomeFalls,
  })
  .meta({ id: 'Miss' })

/** Which record is asked for. */
export interface AskedRecord {
  readonly origin: z.output<typeof origin>
  readonly modelId: string | undefined
}

export function toMissAnswer(asked: AskedRecord['origin'], row: MissRow): z.input<typeof missSchema> {
  return {
    origin: asked,
    model_id: row.modelId,
    protocol_id: row.protocolId,
    protocol_name: row.protocolName,
    as_of: toInstant(row.asOf),
    risk_level: row.riskLevel,
    probability_high: row.probabilityHigh,
    outcome: 'high',
    outcome_fall: row.fall,
    outcome_relative_fall: row.relativeFall,
  }
}

export function summarizeTrackRecord(
  rows: readonly TrackRecordRow[],
  asked: AskedRecord,
): z.input<typeof trackRecordSchema> {
  const total = (level: Level, field: Level): number =>
    rows.filter((row) => row.predicted === level).reduce((sum, row) => sum + row[field], 0)
  return {
    origin: asked.origin,
    model_id: asked.modelId ?? null,
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
  const falls = rows.reduce((total, row) => total + row.fallSum, 0)
  return {
    closed,
    outcomes,
    realised_losses: outcomes.medium + outcomes.high,
    hit_rate: closed === 0 ? null : outcomes[level] / closed,
    mean_fall: closed === 0 ? null : falls / closed,
  }
}
