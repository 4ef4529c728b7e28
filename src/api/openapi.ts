import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import type { Answer, Route } from './define-route.ts'
import { problemSchema } from './problem.ts'

type RouteConfig = Parameters<OpenAPIRegistry['registerPath']>[0]
export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>

const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .meta({
      description:
        'Repeating a POST with the same key does the work once and gives the same answer for at least 24 hours',
    }),
})

const publicProblems: Readonly<Record<number, string>> = {
  400: 'The request is malformed; `errors` names the fields',
}
/** What any route behind a key may answer besides its own. */
const commonProblems: Readonly<Record<number, string>> = {
  ...publicProblems,
  401: 'A valid key is needed',
  403: 'The scope of the key is not enough',
  429: 'Too many requests with this key',
  503: 'The database does not answer',
}
const bodyProblems: Readonly<Record<number, string>> = {
  413: 'The body is too large',
  415: 'The body is not JSON',
}
const postProblems: Readonly<Record<number, string>> = {
  409: 'A request with this Idempotency-Key is at work',
  415: 'The body is not JSON',
  422: 'This Idempotency-Key was used for another request',
}

/** The OpenAPI 3.1 document, made from the schemas that validate. */
export function createOpenApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key such as `tg_…`, made by `tidegauge keys create`. Scopes: read, write, admin.',
  })
  for (const route of routes) registry.registerPath(describe(route))
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tidegauge',
      version,
      description: 'Risk levels and anomalies of DeFi protocols, and the jobs that compute them.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].sort().map((name) => ({ name })),
  })
}

function describe(route: Route): RouteConfig {
  const headers = [route.headers, route.method === 'post' ? idempotencyHeader : undefined].filter(
    (part) => part !== undefined,
  )
  return {
    method: route.method,
    path: route.path,
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: route.scope === 'public' ? [] : [{ key: [] }],
    request: {
      ...(route.params ? { params: route.params } : {}),
      ...(route.query ? { query: route.query } : {}),
      ...(headers.length > 0 ? { headers } : {}),
      ...(route.body ? { body: bodyOf(route.body) } : {}),
    },
    responses: { ...problemsOf(route), ...answersOf(route) },
    'x-scope': route.scope,
  }
}

function bodyOf(schema: z.ZodType) {
  return { required: !schema.safeParse(undefined).success, content: { 'application/json': { schema } } }
}

/** `GET /jobs/{id}/events` → `getJobsIdEvents` */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^a-z\d]+/i).filter(Boolean)
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
}

function answersOf(route: Route): Record<string, ResponseConfig> {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, answer]) => [status, answerOf(answer)]),
  )
}

function answerOf(answer: Answer): ResponseConfig {
  const { description } = answer
  if (answer.kind === 'empty') return { description }
  if (answer.kind === 'json')
    return {
      description,
      content: { 'application/json': { schema: answer.schema } },
      ...(answer.headers ? { headers: headersOf(answer.headers) } : {}),
    }
  const contentType = answer.kind === 'events' ? 'text/event-stream' : answer.contentType
  return { description, content: { [contentType]: { schema: z.string() } } }
}

const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  )

function problemsOf(route: Route): Record<string, ResponseConfig> {
  const common: Record<string, string> = {
    ...(route.scope === 'public' ? publicProblems : commonProblems),
    ...(route.body ? bodyProblems : {}),
    ...(route.method === 'post' ? postProblems : {}),
  }
  const own = Object.entries(route.problems ?? {}).map(([status, description]) => [
    status,
    common[status] === undefined ? description : `${description}. Or: ${common[status]}`,
  ])
  const all = { ...common, ...(Object.fromEntries(own) as Record<string, string>) }
  return Object.fromEntries(
    Object.entries(all).map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  )
}
