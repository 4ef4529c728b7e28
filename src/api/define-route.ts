import { z } from 'zod'
import { ProblemError } from '../errors.ts'
import type { Scope } from './scopes.ts'
import type { RequestContext } from './services.ts'
import { fieldErrors } from './validation.ts'

/** An answer in JSON, of one schema; the handler's return type, the OpenAPI document and the tests derive from it. */
export interface JsonAnswer<S extends z.ZodType = z.ZodType> {
  readonly kind: 'json'
  readonly schema: S
  readonly description: string
  /** Headers beside the usual ones: name to sentence. */
  readonly headers?: Readonly<Record<string, string>>
}
export interface TextAnswer {
  readonly kind: 'text'
  readonly contentType: string
  readonly description: string
}
/** Server-sent events: the body is a sequence of ready-made frames. */
export interface EventsAnswer {
  readonly kind: 'events'
  readonly description: string
}
export interface EmptyAnswer {
  readonly kind: 'empty'
  readonly description: string
}
export type Answer = JsonAnswer | TextAnswer | EventsAnswer | EmptyAnswer
type Answers = Readonly<Record<number, Answer>>

export const json = <S extends z.ZodType>(
  schema: S,
  description: string,
  headers?: Readonly<Record<string, string>>,
): JsonAnswer<S> => ({ kind: 'json', schema, description, ...(headers ? { headers } : {}) })
export const text = (contentType: string, description: string): TextAnswer => ({
  kind: 'text',
  contentType,
  description,
})
export const events = (description: string): EventsAnswer => ({ kind: 'events', description })
export const empty = (description: string): EmptyAnswer => ({ kind: 'empty', description })

type BodyOf<A> =
  A extends JsonAnswer<infer S>
    ? z.input<S>
    : A extends TextAnswer
      ? string
      : A extends EventsAnswer
        ? AsyncIterable<string>
        : null
type ReplyOf<R extends Answers> = {
  [S in keyof R & number]: {
    readonly status: S
    readonly body: BodyOf<R[S]>
    readonly headers?: Readonly<Record<string, string>>
  }
}[keyof R & number]

/** What goes back over the wire. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

type MaybePromise<T> = T | Promise<T>
type Part = z.ZodType | undefined
type Parsed<P extends Part> = P extends z.ZodType ? z.output<P> : undefined
interface Input<P extends Part, Q extends Part, H extends Part, B extends Part> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  readonly headers: Parsed<H>
  readonly body: Parsed<B>
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
/** The sections of the API reference. */
export type Tag = 'Alerts' | 'Anomalies' | 'Features' | 'Jobs' | 'Market' | 'Models' | 'Platform' | 'Risk'

interface RouteFacts {
  readonly method: Method
  /** In OpenAPI's notation: `/jobs/{id}`. */
  readonly path: `/${string}`
  /** The scope that a key needs; `public` routes answer everybody. */
  readonly scope: Scope | 'public'
  readonly tag: Tag
  readonly summary: string
  readonly description?: string
  readonly responses: Answers
  /**
   * The answer is made of nothing but the request and tables whose changes are told, so it is kept until one of them changes.
   * Only for reads that answer JSON and a 200 without headers of their own.
   */
  readonly isKept?: true
  /** Statuses of the problems that this route answers on purpose, besides those that every route may give. */
  readonly problems?: Readonly<Record<number, string>>
}

interface Definition<
  P extends z.ZodObject | undefined,
  Q extends z.ZodObject | undefined,
  H extends z.ZodObject | undefined,
  B extends Part,
  R extends Answers,
> extends RouteFacts {
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly body?: B
  readonly responses: R
  readonly handler: (input: Input<P, Q, H, B>, context: RequestContext) => MaybePromise<ReplyOf<NoInfer<R>>>
}

/** The parts of a request before they are checked. */
export interface RawInput {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly body: unknown
}

export interface Route extends RouteFacts {
  readonly params: z.ZodObject | undefined
  readonly query: z.ZodObject | undefined
  readonly headers: z.ZodObject | undefined
  readonly body: z.ZodType | undefined
  /** Checks the request; what comes back does the work. @throws ProblemError 400 that names every field at fault */
  readonly prepare: (raw: RawInput) => (context: RequestContext) => Promise<Reply>
}

const nothing = z.strictObject({})

/**
 * One route, declared once: validation, the OpenAPI document and the type of what the handler may answer come from here.
 * Query parameters and JSON bodies are strict: a name that is not declared is an error, not a silent no-op.
 */
export function defineRoute<
  R extends Answers,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  H extends z.ZodObject | undefined = undefined,
  B extends Part = undefined,
>(definition: Definition<P, Q, H, B, R>): Route {
  const { handler, params, query, headers, body, ...facts } = definition
  const parts = { params, query: query ?? nothing, headers, body }
  return {
    ...facts,
    params,
    query,
    headers,
    body,
    prepare: (raw) => {
      const input = parseParts(parts, raw) as unknown as Input<P, Q, H, B>
      return async (context) => handler(input, context)
    },
  }
}

function parseParts(
  parts: Readonly<Record<keyof RawInput, z.ZodType | undefined>>,
  raw: RawInput,
): Record<keyof RawInput, unknown> {
  const errors: { field: string; message: string }[] = []
  const parse = (part: keyof RawInput): unknown => {
    const parsed = parts[part]?.safeParse(raw[part])
    if (parsed?.success === false) errors.push(...fieldErrors(part, parsed.error))
    return parsed?.data
  }
  const input = {
    params: parse('params'),
    query: parse('query'),
    headers: parse('headers'),
    body: parse('body'),
  }
  if (errors.length > 0)
    throw new ProblemError(400, 'invalid_request', errors.map((error) => error.message).join('; '), {
      errors,
    })
  return input
}
