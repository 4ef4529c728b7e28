import { z } from 'zod'
import { protocolId } from '../domain/market.ts'

/** UTC, such as `2026-11-22T02:15:00.000Z`. */
export const instant = z.iso.datetime()
export const count = z.int().nonnegative()
export const share = z.number().min(0).max(1)
export const riskLevel = z.enum(['low', 'medium', 'high'])
export const modelKind = z.enum(['risk', 'anomaly'])
/** null is unknown, never 0. */
export const usd = z.number().nullable()
/** A number, or the name of a category. */
export const featureValue = z.union([z.number(), z.string()]).nullable()
export const anyRecord = z.record(z.string(), z.unknown())

export const protocolPath = z.strictObject({
  id: protocolId.meta({ description: "The protocol's DeFiLlama slug", example: 'aave-v3' }),
})
export const uuidPath = z.strictObject({ id: z.uuid() })

export const toInstant = (at: Date): string => at.toISOString()
export const toInstantOrNull = (at: Date | null): string | null => at?.toISOString() ?? null
