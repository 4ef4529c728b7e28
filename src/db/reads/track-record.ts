import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { RiskLevel, TrackRecordOrigin } from '../schema.ts'

export interface TrackRecordRow {
  /** `YYYY-MM`, of the prediction. */
  readonly month: string
  readonly predicted: RiskLevel
  readonly low: number
  readonly medium: number
  readonly high: number
  /** Of the deepest sustained falls, as a share below 0. */
  readonly fallSum: number
}

/** Of every model where `modelId` is not given. */
interface RecordFilter {
  readonly origin: TrackRecordOrigin
  readonly modelId: string | undefined
}

/** Closed predictions against what happened, counted by month and predicted level. */
export async function readTrackRecord(db: Db, { origin, modelId }: RecordFilter): Promise<TrackRecordRow[]> {
  const { rows } = await sql<TrackRecordRow>`
    select to_char(month, 'YYYY-MM') as month, predicted, sum(low)::int as low, sum(medium)::int as medium,
           sum(high)::int as high, sum(fall_sum) as fall_sum
    from track_record
    where origin = ${origin} ${modelId === undefined ? sql`` : sql`and model_id = ${modelId}`}
    group by 1, 2
    order by 1, 2`.execute(db)
  return rows
}

export interface MissRow {
  readonly protocolId: string
  readonly protocolName: string | null
  readonly modelId: string
  readonly asOf: Date
  readonly riskLevel: 'low' | 'medium'
  readonly probabilityHigh: number
  readonly fall: number | null
  readonly relativeFall: number | null
}

export interface MissFilter extends RecordFilter {
  readonly limit: number
  readonly after: readonly [asOf: string, protocolId: string, modelId: string] | undefined
}

/** Outcomes "high" that had been called low or medium, newest first; one more than `limit`. */
export async function listMisses(db: Db, { origin, modelId, limit, after }: MissFilter): Promise<MissRow[]> {
  const missed =
    origin === 'live'
      ? sql`select protocol_id, model_id, as_of, risk_level, probabilities[3] as probability_high,
                   outcome_fall as fall, outcome_relative_fall as relative_fall
            from risk_scores where outcome = 'high' and risk_level <> 'high'`
      : sql`select protocol_id, model_id, as_of::timestamp at time zone 'UTC' as as_of, risk_level, probability_high,
                   fall, relative_fall
            from walk_forward_misses where true`
  const { rows } = await sql<MissRow>`
    select missed.*, protocols.name as protocol_name
    from (${missed}
      ${modelId === undefined ? sql`` : sql`and model_id = ${modelId}`}
      ${after ? sql`and (as_of, protocol_id, model_id) < (${after[0]}::timestamptz, ${after[1]}, ${after[2]}::uuid)` : sql``}
      order by as_of desc, protocol_id desc, model_id desc
      limit ${limit + 1}
    ) as missed
    left join protocols on protocols.id = missed.protocol_id
    order by missed.as_of desc, missed.protocol_id desc, missed.model_id desc`.execute(db)
  return rows
}
