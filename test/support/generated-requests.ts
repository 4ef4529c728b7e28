import fc from 'fast-check'

/** The parts of JSON Schema that the API's document uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly oneOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly const?: unknown
}

export interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
    readonly required: boolean
    readonly schema: JsonSchema
  }[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: Readonly<Record<string, { schema: JsonSchema }>>
  }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: JsonSchema }>> }>
  >
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

export interface GeneratedRequest {
  /** Such as `/jobs/{id}`. */
  readonly path: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What clients send by mistake or on purpose. */
const hostileText = fc.constantFrom(
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'NaN',
  'null',
  "' or 1=1 --",
  '../../etc/passwd',
  '<script>alert(1)</script>',
  'a\u0000b',
  '\uD800',
  '🌊'.repeat(40),
  'x'.repeat(3_000),
  '9999999999999999999999',
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  'W10',
  'WyIyMDI2IiwiYiJd',
  '__proto__',
)
const hostileValue = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, -1, 0.5, 2 ** 53, 1e308, [], {}, [[]], { __proto__: null, constructor: 1 }),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
)

/** Mostly what the schema asks for, sometimes something else. */
const orHostile = (arbitrary: fc.Arbitrary<unknown>, hostile: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: hostile })

/**
 * Requests drawn from an OpenAPI document: valid ones and mutated ones.
 * @param knownIds by the name of a path's first segment, ids that exist
 */
export function generatedRequests(
  document: OpenApi,
  knownIds: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<GeneratedRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      requestsOf(document, knownIds, { path, method, operation }),
    ),
  )
  return fc.oneof(...operations)
}

function requestsOf(
  document: OpenApi,
  knownIds: Readonly<Record<string, readonly string[]>>,
  { path, method, operation }: { path: string; method: string; operation: Operation },
): fc.Arbitrary<GeneratedRequest> {
  const parameters = operation.parameters ?? []
  const known = knownIds[path.split('/')[1]!] ?? []
  const textOf = (schema: JsonSchema) =>
    orHostile(valuesOf(document, schema).map(String), hostileText) as fc.Arbitrary<string>
  const record = (place: 'path' | 'query' | 'header') => {
    const here = parameters.filter((parameter) => parameter.in === place)
    const values = here.map(({ name, schema }) => {
      const generated = textOf(schema)
      const isKnown = place === 'path' && known.length > 0
      return [name, isKnown ? fc.oneof(fc.constantFrom(...known), generated) : generated] as const
    })
    const requiredKeys = place === 'path' ? here.map(({ name }) => name) : []
    return fc.record(Object.fromEntries(values), { requiredKeys }) as fc.Arbitrary<Record<string, string>>
  }
  const schema = operation.requestBody?.content['application/json']?.schema
  const body = schema ? orHostile(valuesOf(document, schema), hostileValue) : fc.constant(undefined)
  const strayQuery = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ stray: '1' }) },
  )
  return fc
    .tuple(record('path'), record('query'), strayQuery, record('header'), body)
    .map(([ids, query, stray, headers, value]) => ({
      path,
      method: method.toUpperCase(),
      url: urlOf(path, ids, { ...query, ...stray }),
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, headerSafe(text)])),
      body: value,
    }))
}

function urlOf(
  path: string,
  ids: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>>,
): string {
  const filled = path.replace(
    /\{(\w+)\}/g,
    (_, name: string) => encodeURIComponent(wellFormed(ids[name]!)) || '%20',
  )
  const search = Object.entries(query).map(
    ([name, text]) => `${name}=${encodeURIComponent(wellFormed(text))}`,
  )
  return search.length > 0 ? `${filled}?${search.join('&')}` : filled
}

const wellFormed = (text: string): string => text.replace(/[\uD800-\uDFFF]/g, '?')
const headerSafe = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1_000)

function valuesOf(document: OpenApi, schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.$ref) return valuesOf(document, document.components.schemas[schema.$ref.split('/').at(-1)!]!)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(document, choice)))
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['string'])
  return fc.oneof(...types.map((type) => valuesOfType(document, type, schema)))
}

function valuesOfType(document: OpenApi, type: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  const { minimum = -1_000_000, maximum = 1_000_000 } = schema
  if (type === 'integer')
    return fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) })
  if (type === 'number') return fc.double({ min: minimum, max: maximum, noNaN: true })
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array') return fc.array(valuesOf(document, schema.items ?? {}), { maxLength: 3 })
  if (type === 'object') {
    const properties = Object.entries(schema.properties ?? {}).map(
      ([name, property]) => [name, orHostile(valuesOf(document, property), hostileValue)] as const,
    )
    return fc.record(Object.fromEntries(properties), { requiredKeys: [...(schema.required ?? [])] })
  }
  return textOfFormat(schema)
}

const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })

function textOfFormat({ format, minLength = 0, maxLength = 40, pattern }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time') return instants.map((date) => date.toISOString())
  if (format === 'date') return instants.map((date) => date.toISOString().slice(0, 10))
  if (format === 'uri') return fc.constantFrom('https://1.1.1.1/hook', 'http://10.0.0.1/', 'https://[::1]/')
  if (format === 'email') return fc.constant('desk@example.com')
  if (pattern) return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, maxLength))
  return fc.string({ minLength, maxLength: Math.min(maxLength, 60) })
}
