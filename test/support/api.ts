import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import * as migrations from '../../migrations/index.ts'
import { type RunningApi, startApi } from '../../src/api/start-api.ts'
import type { Scope } from '../../src/api/scopes.ts'
import { loadConfig, type ServiceConfig } from '../../src/config.ts'
import { createApiKey } from '../../src/db/api-keys.ts'
import type { Db } from '../../src/db/connection.ts'
import { readSourceStates } from '../../src/sources/admission/source-states.ts'
import { cloneDatabase } from './database.ts'
import { testRedis } from './redis.ts'

/** What an answer looks like to a client. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export interface RequestOptions {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the client's own key. */
  readonly key?: string | null
}

export interface TestApi {
  readonly db: Db
  readonly url: string
  readonly config: ServiceConfig
  /** Asks as an admin, unless told otherwise; JSON answers are parsed. */
  readonly ask: <Body = Record<string, unknown>>(
    path: string,
    options?: RequestOptions,
  ) => Promise<Answer<Body>>
  readonly post: <Body = Record<string, unknown>>(
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ) => Promise<Answer<Body>>
  readonly createKey: (...scopes: Scope[]) => Promise<string>
}

export type ConfigChanges = Partial<ServiceConfig>

/**
 * An API on a database and a Redis prefix of its own. Call it at the top of a file; it ends with the file.
 * @param dashboardDir the built pages, where they are tested
 */
export async function startTestApi(changes: ConfigChanges = {}, dashboardDir?: string): Promise<TestApi> {
  const { url: databaseUrl, db } = await cloneDatabase()
  const { url: redisUrl, prefix } = testRedis()
  const config = testConfig({ databaseUrl, redisUrl, queuePrefix: prefix, ...changes })
  const { key } = await createApiKey(db, { name: 'tester', scopes: ['admin'] })
  const api = await startOn(config, dashboardDir)
  afterAll(() => api[Symbol.asyncDispose]())
  return { ...createClient(api.url, key), db, url: api.url, config, createKey: createKeysIn(db) }
}

export function testConfig(
  services: Partial<ServiceConfig> & { databaseUrl: string; redisUrl: string },
): ServiceConfig {
  const config = loadConfig({})
  return { ...config, http: { ...config.http, port: 0 }, ...services }
}

export function startOn(config: ServiceConfig, dashboardDir?: string): Promise<RunningApi> {
  return startApi({
    config,
    logger: pino({ level: 'silent' }),
    version: '0.0.0-test',
    newestMigration: Object.keys(migrations).at(-1)!,
    readSourceStates,
    dashboardDir,
  })
}

export function createClient(url: string, ownKey: string | null): Pick<TestApi, 'ask' | 'post'> {
  const ask = async <Body>(path: string, options: RequestOptions = {}): Promise<Answer<Body>> => {
    const key = options.key === undefined ? ownKey : options.key
    const response = await fetch(url + path, {
      method: options.method?.toUpperCase() ?? 'GET',
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined
        ? {}
        : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Body,
    }
  }
  return { ask, post: (path, body, options) => ask(path, { method: 'POST', body, ...options }) }
}

function createKeysIn(db: Db): TestApi['createKey'] {
  return async (...scopes) => (await createApiKey(db, { name: `key ${randomUUID()}`, scopes })).key
}
