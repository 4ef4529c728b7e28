import { z } from 'zod'
import { featureNames, numericFeatureNames } from '../../domain/feature-names.ts'
import { readVector, type VectorRow } from '../../db/reads/features.ts'
import { defineRoute, json } from '../define-route.ts'
import { whyNoVector } from '../missing.ts'
import { count, featureValue, instant, protocolPath, toInstant } from '../schemas.ts'

export const vectorRoute = defineRoute({
  method: 'get',
  path: '/features/protocols/{id}',
  scope: 'read',
  tag: 'Features',
  summary: 'The newest 17 features of a protocol, with flags on their quality',
  params: protocolPath,
  responses: {
    200: json(
      z.object({
        protocol_id: z.string(),
        protocol_name: z.string(),
        as_of: instant,
        feature_set: count,
        features: z.array(z.object({ feature: z.enum(featureNames), value: featureValue })),
        points: count.meta({ description: 'Daily points within the window of 90 days' }),
        is_stale: z.boolean().meta({ description: 'The last point is older than 3 days' }),
        flags: z.array(z.string()),
        computed_at: instant,
      }),
      'The vector',
    ),
  },
  problems: { 400: 'Fewer than 5 recent points', 404: 'No such protocol' },
  handler: async ({ params }, { db }) => {
    const vector = await readVector(db, params.id)
    if (!vector) throw await whyNoVector(db, params.id)
    return {
      status: 200,
      body: {
        protocol_id: vector.protocolId,
        protocol_name: vector.protocolName,
        as_of: toInstant(vector.asOf),
        feature_set: vector.featureSet,
        features: namedValues(vector),
        points: vector.points,
        is_stale: vector.isStale,
        flags: vector.flags,
        computed_at: toInstant(vector.computedAt),
      },
    }
  },
})

function namedValues({ numericValues, protocolCategory, protocolChain }: VectorRow) {
  const values = new Map<string, number | string | null>([
    ...numericFeatureNames.map((name, index) => [name, numericValues[index] ?? null] as const),
    ['protocol_category', protocolCategory],
    ['protocol_chain', protocolChain],
  ])
  return featureNames.map((feature) => ({ feature, value: values.get(feature) ?? null }))
}
