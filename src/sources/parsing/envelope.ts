import type { z } from 'zod'
import { MalformedBodyError } from '../http/body.ts'

/** The outer shape of a body. @throws MalformedBodyError naming the place that is wrong */
export function openEnvelope<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new MalformedBodyError(
    `Expected another shape at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}`,
  )
}

export type UnknownRecord = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
