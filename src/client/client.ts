import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './schema.ts'

export type { components, paths } from './schema.ts'

export interface ClientOptions {
  /** Such as `http://127.0.0.1:8000`. */
  readonly baseUrl: string
  /** `tg_…`; not needed on the API's own machine while no key was ever made. */
  readonly apiKey?: string | undefined
}
export type TidegaugeClient = Client<paths>

/**
 * A client whose paths, parameters and answers are those of the OpenAPI document:
 * `const { data, error } = await client.GET('/risk/protocols/{id}', { params: { path: { id: 'aave' } } })`.
 */
export function createTidegaugeClient({ baseUrl, apiKey }: ClientOptions): TidegaugeClient {
  return createClient<paths>({
    baseUrl,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
  })
}
