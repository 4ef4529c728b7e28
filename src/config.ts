import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  type CallBudget,
  secretVariables,
  type VariableName,
  type Variables,
  variables,
} from './config-variables.ts'
import { InputError } from './errors.ts'

/** What the command line may say instead of a variable; the words are parsed by the same schema. */
const flagVariables = {
  asOf: ['--as-of', 'TIDEGAUGE_AS_OF'],
  dataset: ['--dataset', 'TIDEGAUGE_DATASET_DIR'],
  days: ['--days', 'TIDEGAUGE_DAYS'],
  market: ['--market', 'TIDEGAUGE_MARKET'],
  port: ['--port', 'PORT'],
  protocols: ['--protocols', 'TIDEGAUGE_PROTOCOLS'],
  seed: ['--seed', 'TIDEGAUGE_SEED'],
  speed: ['--speed', 'TIDEGAUGE_SPEED'],
} as const satisfies Record<string, readonly [flag: string, variable: VariableName]>

export type ConfigFlags = Readonly<Partial<Record<keyof typeof flagVariables, string>>>
export type Config = ReturnType<typeof toConfig>
/** The configuration of a process that works on Postgres and Redis. */
export type ServiceConfig = Config & { readonly databaseUrl: string; readonly redisUrl: string }

/**
 * Reads the whole configuration, flags before environment; a blank variable counts as unset.
 * @throws {InputError} names every variable or flag at fault, not only the first.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, flags: ConfigFlags = {}): Config {
  const words = { ...env, ...flagsAsEnvironment(flags) }
  const given = Object.fromEntries(Object.entries(words).filter(([, word]) => word?.trim()))
  const parsed = variables.safeParse(given)
  const faults = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map(
        ({ path: [name], message }) => `${String(name)}: ${message}${gotten(String(name), given)}`,
      )
  if (parsed.success && faults.length === 0) return toConfig(parsed.data)
  throw new InputError(faults.map((fault) => namedByFlag(fault, flags)).join('\n'))
}

/**
 * The same, for a process that works on Postgres, Redis and a market.
 * @throws {InputError} names what is missing; nothing falls back to the public services by itself.
 */
export function loadServiceConfig(env: NodeJS.ProcessEnv = process.env): ServiceConfig {
  const config = loadConfig(env)
  const { databaseUrl, redisUrl, market } = config
  const faults: string[] = []
  const advice = 'give the address of a running server, or use "npm start", which brings its own'
  if (databaseUrl === undefined) faults.push(`DATABASE_URL: not set; ${advice}`)
  if (redisUrl === undefined) faults.push(`REDIS_URL: not set; ${advice}`)
  if (market.mode !== 'live' && market.url === undefined)
    faults.push(
      `TIDEGAUGE_MARKET_URL: not set, and the market is "${market.mode}"; set TIDEGAUGE_MARKET=live, or use "npm start", which brings a local market`,
    )
  if (databaseUrl === undefined || redisUrl === undefined || faults.length > 0)
    throw new InputError(faults.join('\n'))
  return { ...config, databaseUrl, redisUrl }
}

/** The variables that make a child process read what this process was told on its command line. */
export function flagsAsEnvironment(flags: ConfigFlags): Record<string, string> {
  const entries = Object.entries(flagVariables) as [keyof ConfigFlags, readonly [string, string]][]
  return Object.fromEntries(
    entries.flatMap(([key, [, name]]) => (flags[key] === undefined ? [] : [[name, flags[key]]])),
  )
}

/** This process's environment for a child, with `additions` on top and `defaults` beneath. */
export function childEnvironment(
  additions: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return { ...defaults, ...process.env, ...additions }
}

/** Takes variables from a file such as `.env`; what the environment says already wins. */
export function loadEnvironmentFile(file: string): void {
  process.loadEnvFile(file)
}

/** False where the user says `NO_COLOR` (https://no-color.org). */
export function wantsColour(env: NodeJS.ProcessEnv = process.env): boolean {
  return (env['NO_COLOR'] ?? '') === ''
}

function gotten(name: string, given: NodeJS.ProcessEnv): string {
  return secretVariables.has(name)
    ? ' (its value is not shown: it may hold a password)'
    : `, got "${given[name]}"`
}

function contradictions(env: Variables): string[] {
  const faults: string[] = []
  const market = env.TIDEGAUGE_MARKET
  if (market === 'replay' && env.TIDEGAUGE_DATASET_DIR === undefined)
    faults.push('TIDEGAUGE_DATASET_DIR: needed by the market "replay": the folder of the dataset')
  if (market !== 'replay' && env.TIDEGAUGE_DATASET_DIR !== undefined)
    faults.push(
      `TIDEGAUGE_DATASET_DIR: only the market "replay" plays a dataset, and the market is "${market}"`,
    )
  if (market === 'live' && env.TIDEGAUGE_AS_OF !== undefined)
    faults.push('TIDEGAUGE_AS_OF: the live market has no other date than today')
  const plan = env.COINGECKO_PLAN ?? 'keyless'
  if (plan !== 'keyless' && env.COINGECKO_API_KEY === undefined)
    faults.push(`COINGECKO_API_KEY: needed by COINGECKO_PLAN=${plan}`)
  if (env.REDIS_URL?.includes(',') && !/\{[^{}]+\}/.test(env.TIDEGAUGE_PREFIX))
    faults.push(
      `TIDEGAUGE_PREFIX: a Redis cluster needs a hash tag in it, such as {tidegauge}, so that all keys share one slot`,
    )
  return faults
}

/** Puts the flag's name before the variable's where the value came from a flag. */
function namedByFlag(fault: string, flags: ConfigFlags): string {
  const entries = Object.entries(flagVariables) as [keyof ConfigFlags, readonly [string, string]][]
  const given = entries.find(([key, [, name]]) => flags[key] !== undefined && fault.startsWith(`${name}:`))
  return given === undefined ? fault : fault.replace(given[1][1], `${given[1][0]} (${given[1][1]})`)
}

function toConfig(env: Variables) {
  return {
    nodeEnv: env.NODE_ENV,
    http: {
      host: env.HOST,
      port: env.PORT,
      /** Requests per key. */
      rateLimit: env.TIDEGAUGE_RATE_LIMIT,
      /** Signs browser logins; several web processes need the same one. Unset: random, so a restart ends them. */
      sessionSecret: env.TIDEGAUGE_SESSION_SECRET,
    },
    /** How the command line reaches an API that runs elsewhere. */
    client: { url: env.TIDEGAUGE_URL, apiKey: env.TIDEGAUGE_API_KEY },
    /** Whether alerts may go to addresses of private networks. */
    allowsPrivateWebhooks: env.TIDEGAUGE_PRIVATE_WEBHOOKS === 'allow',
    mail: { smtpUrl: env.SMTP_URL, from: env.TIDEGAUGE_MAIL_FROM },
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    queuePrefix: env.TIDEGAUGE_PREFIX,
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
    /** Embedded data and its secrets. */
    homeDir: env.TIDEGAUGE_HOME,
    /** What can be fetched again: shared by all homes of this user. */
    cacheDir: join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tidegauge'),
    /** Where programs are looked for, in the form of `PATH`. */
    searchPath: env.PATH,
    market: {
      mode: env.TIDEGAUGE_MARKET,
      /** Of the local market server; the supervisor sets it. */
      url: env.TIDEGAUGE_MARKET === 'live' ? undefined : env.TIDEGAUGE_MARKET_URL,
      datasetDir: env.TIDEGAUGE_DATASET_DIR,
      /** `YYYY-MM-DD` */
      asOf: env.TIDEGAUGE_AS_OF,
      protocols: env.TIDEGAUGE_PROTOCOLS,
      days: env.TIDEGAUGE_DAYS,
      seed: env.TIDEGAUGE_SEED,
      /** Seconds that one day of the market takes; unset: it stands still. */
      secondsPerDay: env.TIDEGAUGE_SPEED,
    },
    sources: toSources(env),
    /** Jobs at a time in one worker process, per queue. */
    concurrency: {
      alerts: env.TIDEGAUGE_CONCURRENCY_ALERTS,
      anomaly: env.TIDEGAUGE_CONCURRENCY_ANOMALY,
      collection: env.TIDEGAUGE_CONCURRENCY_COLLECTION,
      features: env.TIDEGAUGE_CONCURRENCY_FEATURES,
      maintenance: env.TIDEGAUGE_CONCURRENCY_MAINTENANCE,
      training: env.TIDEGAUGE_CONCURRENCY_TRAINING,
    },
    /** Where a worker process serves `/livez`, `/readyz` and `/metrics`; unset: nowhere. */
    workerPort: env.TIDEGAUGE_WORKER_PORT,
    /** Whether a risk model has to beat both baselines before it becomes current, the first one too. */
    mustBeatBaselines: env.TIDEGAUGE_PROMOTION === 'beats-baselines',
    /** Whether traces are sent: somewhere to send them to is named, and nothing forbids it. */
    isTraced:
      (env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined &&
      env.OTEL_SDK_DISABLED === 'false' &&
      env.OTEL_TRACES_EXPORTER === 'otlp',
    /** Threads for CPU work in one worker process. */
    threads: env.TIDEGAUGE_THREADS,
  } as const
}

const budgets = {
  live: { defillama: { calls: 100, windowMs: 60_000 }, coingecko: { calls: 10, windowMs: 60_000 } },
  local: { defillama: { calls: 6000, windowMs: 60_000 }, coingecko: { calls: 6000, windowMs: 60_000 } },
} as const satisfies Record<string, Record<string, CallBudget>>

/** Where market data comes from: the local market server when there is one, else the public services. */
function toSources(env: Variables) {
  const local = env.TIDEGAUGE_MARKET === 'live' ? undefined : env.TIDEGAUGE_MARKET_URL
  const plan = env.COINGECKO_PLAN ?? 'keyless'
  const geckoHost = plan === 'pro' ? 'pro-api.coingecko.com' : 'api.coingecko.com'
  const budget = local === undefined ? budgets.live : budgets.local
  const hasFullHistory = local !== undefined || plan === 'pro'
  return {
    defillama: {
      url: env.DEFILLAMA_URL ?? (local ? `${local}/llama` : 'https://api.llama.fi'),
      coinsUrl: env.DEFILLAMA_COINS_URL ?? (local ? `${local}/coins-llama` : 'https://coins.llama.fi'),
      budget: env.TIDEGAUGE_BUDGET_DEFILLAMA ?? budget.defillama,
    },
    coingecko: {
      url: env.COINGECKO_URL ?? (local ? `${local}/coingecko/api/v3` : `https://${geckoHost}/api/v3`),
      plan,
      apiKey: env.COINGECKO_API_KEY,
      budget: env.TIDEGAUGE_BUDGET_COINGECKO ?? budget.coingecko,
    },
    /** Days of history that a backfill asks for; CoinGecko's free plans end at 365. */
    historyDays: env.TIDEGAUGE_HISTORY_DAYS ?? (hasFullHistory ? 3650 : 365),
  }
}
