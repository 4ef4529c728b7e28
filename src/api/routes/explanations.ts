import { z } from 'zod'
import { readCurrentModel } from '../../db/reads/models.ts'
import { readExplainedRisk } from '../../db/reads/risk.ts'
import { ProblemError } from '../../errors.ts'
import { defineRoute, json } from '../define-route.ts'
import { notTrained, whyNoRisk } from '../missing.ts'
import { count, featureValue, instant, protocolPath, riskLevel, toInstant } from '../schemas.ts'

const importanceKinds = ['mean_abs_shap', 'gain', 'split'] as const

const importanceRoute = defineRoute({
  method: 'get',
  path: '/features/importance',
  scope: 'read',
  isKept: true,
  tag: 'Features',
  summary: 'What the current risk model looks at most',
  query: z.strictObject({
    kind: z
      .enum(importanceKinds)
      .default('mean_abs_shap')
      .meta({ description: 'Mean |SHAP| over the training rows, total gain of the splits, or their number' }),
  }),
  responses: {
    200: json(
      z.object({
        model_name: z.string(),
        model_version: z.string(),
        model_id: z.uuid(),
        kind: z.enum(importanceKinds),
        total_features: count,
        feature_importance: z.array(
          z.object({ feature_name: z.string(), importance_score: z.number(), rank: z.int().positive() }),
        ),
        top_5_features: z.array(z.object({ feature: z.string(), importance: z.number() })).max(5),
      }),
      'Every feature, the most important first',
    ),
  },
  problems: { 404: 'The current model has no importance of this kind', 503: 'No risk model is trained yet' },
  handler: async ({ query }, { db }) => {
    const model = await readCurrentModel(db, 'risk')
    if (!model) throw notTrained('risk')
    const importance = model.importance[query.kind]
    if (!importance)
      throw new ProblemError(
        404,
        'unknown_importance',
        `The current model (${model.algorithm}) has no importance "${query.kind}", only ${Object.keys(model.importance).join(', ')}`,
      )
    const ranked = model.features
      .map((feature) => ({ feature, importance: importance[feature] ?? 0 }))
      .sort((a, b) => b.importance - a.importance)
    return {
      status: 200,
      body: {
        model_name: model.algorithm,
        model_version: String(model.version),
        model_id: model.id,
        kind: query.kind,
        total_features: ranked.length,
        feature_importance: ranked.map((entry, index) => ({
          feature_name: entry.feature,
          importance_score: entry.importance,
          rank: index + 1,
        })),
        top_5_features: ranked.slice(0, 5),
      },
    }
  },
})

const shapSchema = z
  .object({
    protocol_id: z.string(),
    risk_level: riskLevel,
    explained_class: z.literal('high'),
    output_space: z
      .enum(['raw_margin', 'probability'])
      .meta({ description: 'What `base_value` and the SHAP values add up to' }),
    base_value: z.number(),
    output_value: z.number().meta({ description: '`base_value` plus all `shap_value`s' }),
    shap_values: z
      .array(
        z.object({
          feature: z.string(),
          value: featureValue,
          shap_value: z.number(),
          impact: z.enum(['increases_risk', 'decreases_risk']),
        }),
      )
      .meta({ description: 'The strongest first' }),
    as_of: instant,
    model_id: z.uuid(),
  })
  .meta({ id: 'Shap' })

const shapRoute = defineRoute({
  method: 'get',
  path: '/features/shap/{id}',
  scope: 'read',
  isKept: true,
  tag: 'Features',
  summary: 'How each feature moved the current score of a protocol towards "high"',
  params: protocolPath,
  responses: { 200: json(shapSchema, 'The SHAP values') },
  problems: {
    400: 'Too few recent points, or the model abstained',
    404: 'No such protocol',
    503: 'No risk model is trained yet, or the protocol is not scored yet',
  },
  handler: async ({ params }, { db }) => {
    const score = await readExplainedRisk(db, params.id)
    if (!score) throw await whyNoRisk(db, params.id)
    const { shapValues, baseValue, outputValue, outputSpace, riskLevel: level } = score
    if (!shapValues || baseValue === null || outputValue === null || !outputSpace || !level)
      throw new ProblemError(
        400,
        'abstained',
        `The model gave "${params.id}" no level: ${score.abstainedBecause ?? 'it was not explained'}`,
      )
    const explained = score.features.map((feature, index) => ({
      feature,
      value: score.featureValues?.[feature] ?? null,
      shap_value: shapValues[index]!,
      impact: shapValues[index]! >= 0 ? ('increases_risk' as const) : ('decreases_risk' as const),
    }))
    return {
      status: 200,
      body: {
        protocol_id: params.id,
        risk_level: level,
        explained_class: 'high' as const,
        output_space: outputSpace,
        base_value: baseValue,
        output_value: outputValue,
        shap_values: explained.sort((a, b) => Math.abs(b.shap_value) - Math.abs(a.shap_value)),
        as_of: toInstant(score.asOf),
        model_id: score.modelId,
      },
    }
  },
})

export const explanationRoutes = [importanceRoute, shapRoute]
