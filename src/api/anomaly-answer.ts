import { z } from 'zod'
import type { AnomalyRow } from '../db/reads/anomaly.ts'
import { instant, riskLevel, share, toInstant } from './schemas.ts'

export const anomalySchema = z
  .object({
    protocol_id: z.string(),
    protocol_name: z.string(),
    is_anomaly: z.boolean(),
    anomaly_score: share.meta({ description: 'The higher, the more abnormal' }),
    confidence: share,
    alert_level: riskLevel,
    algorithm_used: z.string(),
    verdict: z
      .enum(['event', 'glitch', 'unconfirmed', 'normal'])
      .meta({ description: 'Whether it happened, or only the feed broke' }),
    verdict_reason: z.string(),
    detectors: z.array(z.object({ algorithm: z.string(), score: share, is_anomaly: z.boolean() })),
    contributions: z
      .array(
        z.object({
          feature: z.string(),
          contribution: z.number(),
          direction: z.enum(['above', 'below', 'unusual']).meta({ description: 'Against the typical range' }),
          aspect: z.string().meta({ description: 'The level of the feature, or its change in a day' }),
          value: z.number().nullable(),
          typical_low: z.number().nullable(),
          typical_high: z.number().nullable(),
          sentence: z.string(),
        }),
      )
      .meta({ description: 'The features that made it abnormal, the strongest first' }),
    as_of: instant,
    model_id: z.uuid(),
    scan_id: z.uuid(),
  })
  .meta({ id: 'Anomaly' })

export function toAnomalyAnswer(row: AnomalyRow): z.input<typeof anomalySchema> {
  return {
    protocol_id: row.protocolId,
    protocol_name: row.protocolName,
    is_anomaly: row.isAnomaly,
    anomaly_score: row.anomalyScore,
    confidence: row.confidence,
    alert_level: row.alertLevel,
    algorithm_used: row.algorithm,
    verdict: row.verdict,
    verdict_reason: row.verdictReason,
    detectors: row.detectors,
    contributions: row.contributions,
    as_of: toInstant(row.asOf),
    model_id: row.modelId,
    scan_id: row.scanId,
  }
}
