import type { ClientPathsWithMethod } from 'openapi-fetch'
import { type components, createTidegaugeClient, type paths, type TidegaugeClient } from '../client/client.ts'

export type Schemas = components['schemas']
export type Level = Schemas['Risk']['risk_level'] & string
export type Run = Schemas['Run']

export type GetPath = ClientPathsWithMethod<TidegaugeClient, 'get'>
type Operation<P extends GetPath> = paths[P]['get']
/** What a GET of this path answers. */
export type Answer<P extends GetPath> =
  Operation<P> extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never
/** One item of the list that a GET of this path answers. */
export type Item<P extends GetPath> = Answer<P> extends { items: (infer One)[] } ? One : never
/** The parameters of a GET of this path: `{ path: { id }, query: { limit } }`. */
export type Params<P extends GetPath> = Operation<P> extends { parameters: infer All } ? All : never

/** What the API says when it cannot answer, from its `application/problem+json`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Of the problem, such as `not_trained`. */
  readonly code: string | undefined

  constructor(status: number, message: string, code?: string) {
    super(message)
    this.status = status
    this.code = code
  }

  /** What is asked for is not there yet, and will be without anybody doing anything. */
  get isComing(): boolean {
    return this.code !== undefined && coming.has(this.code)
  }
}

const coming = new Set(['not_trained', 'not_scanned', 'not_scored'])

export const client = createTidegaugeClient({ baseUrl: location.origin })
client.use({
  onRequest({ request }) {
    // A submission that is repeated on the way acts once.
    if (request.method === 'POST') request.headers.set('Idempotency-Key', crypto.randomUUID())
  },
  onResponse({ response }) {
    if (response.status === 401) location.assign('/login')
  },
})

interface Answered<T> {
  readonly data?: T
  readonly error?: unknown
  readonly response: Response
}

/** What was asked for. @throws ApiError with the problem's sentence and the fields at fault */
export async function answerOf<T>(request: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError(0, 'The server does not answer. Is it running?')
  })
  if (data === undefined) throw faultOf(response.status, error)
  return data
}

/** Reads any path by its name. */
export function read<P extends GetPath>(
  path: P,
  params: Params<P>,
  signal?: AbortSignal,
): Promise<Answer<P>> {
  // The types of `path` and `params` belong together here; openapi-fetch can only check that for a path it knows.
  const get = client.GET as unknown as (path: P, init: object) => Promise<Answered<Answer<P>>>
  return answerOf(get(path, { params, ...(signal ? { signal } : {}) }))
}

function faultOf(status: number, error: unknown): ApiError {
  const problem = (typeof error === 'object' ? error : undefined) as Partial<Schemas['Problem']> | undefined
  const fields = (problem?.errors ?? []).map(({ field, message }) => `${field}: ${message}`)
  const message = [problem?.detail ?? `The server answered ${status}`, ...fields].join(' · ')
  return new ApiError(status, message, problem?.code)
}
