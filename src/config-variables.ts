import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'

/** At most `calls` calls in any sliding window of `windowMs`. */
export interface CallBudget {
  readonly calls: number
  readonly windowMs: number
}

// Every issue's message says what was expected, so that a fault can be told in one sentence.

const integer = (minimum: number, maximum: number) => {
  const expected = `expected a whole number from ${minimum} to ${maximum}`
  return z
    .string()
    .regex(/^-?\d+$/, expected)
    .transform(Number)
    .pipe(z.int(expected).min(minimum, expected).max(maximum, expected))
}

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, `expected ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`)

const serverUrl = (protocol: RegExp, kind: string) => z.url({ protocol, error: `expected ${kind} URL` })
/** One address, or those of a cluster's nodes with commas between them. */
const serverUrls = (protocol: RegExp, kind: string) => {
  const one = serverUrl(protocol, kind)
  return z.string().refine((text) => text.split(',').every((url) => one.safeParse(url).success), {
    error: `expected ${kind} URL, or several of a cluster with commas between them`,
  })
}
const httpUrl = serverUrl(/^https?$/, 'an http or https').transform((url) => url.replace(/\/+$/, ''))

const path = z.string().transform((text) => resolve(text))

const budget = z
  .string()
  .regex(/^[1-9]\d{0,6}\/[1-9]\d{0,4}s$/, 'expected calls per seconds, such as 100/60s')
  .transform((text): CallBudget => {
    const [calls, seconds] = text.slice(0, -1).split('/').map(Number)
    return { calls: calls!, windowMs: seconds! * 1000 }
  })

/** Every variable of the environment that Tidegauge reads: the names are the contract with whoever deploys it. */
export const variables = z.object({
  NODE_ENV: z.string().default('production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(1, 65_535).default(8000),
  DATABASE_URL: serverUrl(/^postgres(ql)?$/, 'a postgres://').optional(),
  REDIS_URL: serverUrls(/^rediss?$/, 'a redis:// or rediss://').optional(),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  LOG_FORMAT: oneOf('json', 'pretty').default('json'),
  PATH: z.string().default(''),
  XDG_CACHE_HOME: z.string().optional(),
  TIDEGAUGE_HOME: path.default(() => resolve('.tidegauge')),
  TIDEGAUGE_PREFIX: z
    .string()
    .regex(/^[\w{}.-]{1,64}$/, 'expected 1 to 64 letters, digits or any of "_{}.-"')
    .default('{tidegauge}'),

  TIDEGAUGE_MARKET: oneOf('simulate', 'replay', 'live').default('simulate'),
  TIDEGAUGE_MARKET_URL: httpUrl.optional(),
  TIDEGAUGE_DATASET_DIR: path.optional(),
  TIDEGAUGE_AS_OF: z.iso.date('expected a date such as 2022-11-08').optional(),
  TIDEGAUGE_PROTOCOLS: integer(1, 10_000).default(60),
  TIDEGAUGE_DAYS: integer(10, 3650).default(400),
  TIDEGAUGE_SEED: integer(0, 2_147_483_647).default(42),
  TIDEGAUGE_SPEED: integer(1, 86_400).optional(),

  DEFILLAMA_URL: httpUrl.optional(),
  DEFILLAMA_COINS_URL: httpUrl.optional(),
  COINGECKO_URL: httpUrl.optional(),
  COINGECKO_PLAN: oneOf('keyless', 'demo', 'pro').optional(),
  COINGECKO_API_KEY: z.string().optional(),
  TIDEGAUGE_BUDGET_DEFILLAMA: budget.optional(),
  TIDEGAUGE_BUDGET_COINGECKO: budget.optional(),
  TIDEGAUGE_HISTORY_DAYS: integer(10, 3650).optional(),

  TIDEGAUGE_RATE_LIMIT: budget.default({ calls: 6000, windowMs: 60_000 }),
  TIDEGAUGE_SESSION_SECRET: z.string().min(16, 'expected at least 16 characters').optional(),
  TIDEGAUGE_PRIVATE_WEBHOOKS: oneOf('allow', 'refuse').default('refuse'),
  SMTP_URL: serverUrl(/^smtps?$/, 'an smtp or smtps').optional(),
  TIDEGAUGE_MAIL_FROM: z.string().default('Tidegauge <tidegauge@localhost>'),

  TIDEGAUGE_URL: httpUrl.optional(),
  TIDEGAUGE_API_KEY: z.string().optional(),

  TIDEGAUGE_CONCURRENCY_ALERTS: integer(1, 64).default(4),
  TIDEGAUGE_CONCURRENCY_ANOMALY: integer(1, 64).default(1),
  TIDEGAUGE_CONCURRENCY_COLLECTION: integer(1, 64).default(4),
  TIDEGAUGE_CONCURRENCY_FEATURES: integer(1, 64).default(1),
  TIDEGAUGE_CONCURRENCY_MAINTENANCE: integer(1, 64).default(2),
  TIDEGAUGE_CONCURRENCY_TRAINING: integer(1, 64).default(2),
  TIDEGAUGE_WORKER_PORT: integer(0, 65_535).optional(),
  TIDEGAUGE_PROMOTION: oneOf('not-worse', 'beats-baselines').default('not-worse'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
  OTEL_SDK_DISABLED: oneOf('true', 'false').default('false'),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_EXPORTER: oneOf('otlp', 'none').default('otlp'),
  TIDEGAUGE_THREADS: integer(1, 64).default(() => Math.max(1, availableParallelism() - 1)),
})
export type Variables = z.output<typeof variables>
export type VariableName = keyof Variables

/** Their values are never shown: an address may hold a password. */
export const secretVariables: ReadonlySet<string> = new Set([
  'COINGECKO_API_KEY',
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'TIDEGAUGE_API_KEY',
  'TIDEGAUGE_SESSION_SECRET',
])
