import { z } from 'zod'
import type { ModelRow } from '../db/reads/models.ts'
import { riskMetrics } from '../domain/risk-metrics.ts'
import { anyRecord, count, instant, modelKind, toInstant } from './schemas.ts'

/** Detectors have no outcome to be judged by. */
const ofAnomalies = 'An anomaly model has `judges`, `view` and `threshold` instead.'

export const modelSchema = z
  .object({
    id: z.uuid(),
    kind: modelKind,
    version: count,
    algorithm: z.string(),
    engine: z.string().meta({ description: 'Who implements the algorithm, such as `native-ts`' }),
    is_current: z.boolean(),
    metrics: riskMetrics
      .omit({ leaderboard: true })
      .partial()
      .catchall(z.unknown())
      .meta({ description: `As the training measured them, with intervals and baselines. ${ofAnomalies}` }),
    beats_baselines: z.boolean().nullable(),
    horizon_days: z.int().positive().nullable(),
    window_from: z.iso.date(),
    window_to: z.iso.date(),
    training_rows: count,
    created_at: instant,
  })
  .meta({ id: 'Model' })

export const modelDetailSchema = modelSchema
  .extend({
    metrics: riskMetrics
      .partial()
      .catchall(z.unknown())
      .meta({ description: `The same, and the \`leaderboard\` of all candidates. ${ofAnomalies}` }),
    params: anyRecord,
    features: z.array(z.string()),
    feature_set: count,
    importance: z.record(z.string(), z.record(z.string(), z.number())),
    artifact_sha256: z.string(),
    reason: z.string().meta({ description: 'Why it was registered or chosen' }),
    run_id: z.uuid().nullable().meta({ description: 'The training run' }),
  })
  .meta({ id: 'ModelDetail' })

export function toModelAnswer(row: ModelRow): z.input<typeof modelSchema> {
  return {
    id: row.id,
    kind: row.kind,
    version: row.version,
    algorithm: row.algorithm,
    engine: row.engine,
    is_current: Boolean(row.isCurrent),
    metrics: row.metrics,
    beats_baselines: row.beatsBaselines,
    horizon_days: row.horizonDays,
    window_from: row.windowFrom,
    window_to: row.windowTo,
    training_rows: row.trainingRows,
    created_at: toInstant(row.createdAt),
  }
}

export function toModelDetail(row: ModelRow): z.input<typeof modelDetailSchema> {
  return {
    ...toModelAnswer(row),
    params: row.params,
    features: row.features,
    feature_set: row.featureSet,
    importance: row.importance,
    artifact_sha256: row.artifactSha256,
    reason: row.reason,
    run_id: row.runId,
  }
}
