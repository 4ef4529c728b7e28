import { z } from 'zod'
import type { ModelRow } from '../db/reads/models.ts'
import { modelDetailSchema, toModelDetail } from './model-answer.ts'

export const comparisonSchema = z
  .object({
    a: modelDetailSchema,
    b: modelDetailSchema,
    metrics: z
      .array(
        z.object({
          metric: z.string(),
          a: z.number().nullable(),
          b: z.number().nullable(),
          difference: z.number().nullable(),
        }),
      )
      .meta({ description: 'Every metric that is a single number in either; the difference is b − a' }),
    params: z.array(z.object({ param: z.string(), a: z.unknown(), b: z.unknown() })).meta({
      description: 'Only the parameters that differ',
    }),
  })
  .meta({ id: 'ModelComparison' })

export function compareModels(a: ModelRow, b: ModelRow): z.input<typeof comparisonSchema> {
  return {
    a: toModelDetail(a),
    b: toModelDetail(b),
    metrics: namesOf(a.metrics, b.metrics)
      .map((metric) => ({ metric, a: numberOrNull(a.metrics[metric]), b: numberOrNull(b.metrics[metric]) }))
      .filter((row) => row.a !== null || row.b !== null)
      .map((row) => ({ ...row, difference: row.a === null || row.b === null ? null : row.b - row.a })),
    params: namesOf(a.params, b.params)
      .map((param) => ({ param, a: a.params[param] ?? null, b: b.params[param] ?? null }))
      .filter((row) => JSON.stringify(row.a) !== JSON.stringify(row.b)),
  }
}

const namesOf = (...records: readonly Record<string, unknown>[]): string[] =>
  [...new Set(records.flatMap(Object.keys))].sort()

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null)
