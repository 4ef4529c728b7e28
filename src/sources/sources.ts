import type { Admission } from './admission/admission.ts'
import { createCoingecko, type Coingecko, type CoingeckoPlan } from './coingecko/client.ts'
import { createDefillama, type Defillama } from './defillama/client.ts'
import type { Station } from './http/fetch-rows.ts'
import type { CallEvent, SourcesLog } from './http/gated-call.ts'
import { createTransport } from './http/transport.ts'
import type { ValidatorStore } from './http/validators.ts'

export interface SourcesOptions {
  readonly defillamaUrl: string
  readonly defillamaCoinsUrl: string
  readonly coingeckoUrl: string
  readonly coingeckoPlan: CoingeckoPlan
  readonly coingeckoApiKey?: string | undefined
  /** Holds the budgets; see `createRedisAdmission`. */
  readonly admission: Admission
  /** What was stored already; see `createRedisValidators`. */
  readonly validators: ValidatorStore
  /** The data's clock: of the market that is watched, which on a local one may be another day. */
  readonly clock?: () => Date
  readonly log?: SourcesLog
  readonly onCall?: (event: CallEvent) => void
  readonly maxBodyBytes?: number
  /** For the connection, for the headers and between two pieces of a body; a whole call may take four times as long. */
  readonly timeoutMs?: number
  readonly userAgent?: string
  /** [0, 1); jitter of the backoff. */
  readonly random?: () => number
}

/** The upstreams, behind their budgets. Dispose to close the connections. */
export interface Sources extends AsyncDisposable {
  readonly defillama: Defillama
  readonly coingecko: Coingecko
}

export const defaultMaxBodyBytes = 128 * 2 ** 20
export const defaultTimeoutMs = 30_000

/** @throws InputError when CoinGecko's plan lacks its key */
export function createSources(options: SourcesOptions): Sources {
  const { timeoutMs = defaultTimeoutMs, maxBodyBytes = defaultMaxBodyBytes } = options
  const transport = createTransport({ timeoutMs })
  const station: Station = {
    admission: options.admission,
    validators: options.validators,
    transport,
    timeoutMs,
    clock: options.clock ?? (() => new Date()),
    random: options.random ?? Math.random,
    onCall: options.onCall ?? (() => undefined),
    log: options.log ?? { warn: () => undefined },
    // Cloudflare, before DeFiLlama, refuses clients that do not look like a browser.
    userAgent: options.userAgent ?? 'Mozilla/5.0 (compatible; Tidegauge/1.0)',
  }
  return {
    defillama: createDefillama(station, {
      url: options.defillamaUrl,
      coinsUrl: options.defillamaCoinsUrl,
      maxBodyBytes,
    }),
    coingecko: createCoingecko(station, {
      url: options.coingeckoUrl,
      plan: options.coingeckoPlan,
      apiKey: options.coingeckoApiKey,
      maxBodyBytes,
    }),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}
