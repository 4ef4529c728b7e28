import type { z } from 'zod'

export const queueNames = ['alerts', 'anomaly', 'collection', 'features', 'maintenance', 'training'] as const
export type QueueName = (typeof queueNames)[number]

/** One kind of job, declared once: producer, worker, API, OpenAPI, Bull Board and CLI derive from it. */
export interface JobContract<
  Name extends string = string,
  Payload extends z.ZodObject = z.ZodObject,
  Result extends z.ZodObject = z.ZodObject,
> {
  /** Verb-noun; stored in Redis, so renaming one is a migration. */
  readonly name: Name
  readonly queue: QueueName
  /** One sentence for Bull Board, the API reference and the CLI. */
  readonly description: string
  readonly payload: Payload
  readonly result: Result
  /** `internal` jobs are made by the platform and refused by `POST /jobs`. */
  readonly submission: 'public' | 'internal'
  readonly attempts: number
  /** The first delay of the exponential backoff between attempts, with half of it jittered. */
  readonly backoffMs: number
  /** Runs with the same key are the same work: only one of them waits at a time. */
  readonly key?: (payload: z.output<Payload>) => string
}

export function defineJob<const Name extends string, Payload extends z.ZodObject, Result extends z.ZodObject>(
  contract: JobContract<Name, Payload, Result>,
): JobContract<Name, Payload, Result> {
  return contract
}
