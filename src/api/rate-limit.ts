import type { RequestHandler } from 'express'
import {
  type ClientRateLimitInfo,
  ipKeyGenerator,
  MemoryStore,
  type Options,
  rateLimit,
  type Store,
} from 'express-rate-limit'
import type { Redis } from 'ioredis'
import { RedisStore, type RedisReply } from 'rate-limit-redis'
import { ProblemError } from '../errors.ts'
import type { Counter } from 'prom-client'

export interface RateLimitOptions {
  /** Requests per key and window. */
  readonly calls: number
  readonly windowMs: number
  /** Fails fast; its commands must end within a fraction of a second. */
  readonly redis: Redis
  readonly prefix: string
  readonly fallbacks: Counter
}

/** Counts requests per key, or per address where there is none, and says so in `RateLimit-*` headers. */
export function createRateLimit({ calls, windowMs, ...store }: RateLimitOptions): RequestHandler {
  return rateLimit({
    limit: calls,
    windowMs,
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    store: new SharedOrLocalStore(store),
    keyGenerator: (req, res) => res.locals.principal?.id ?? ipKeyGenerator(req.socket.remoteAddress ?? ''),
    handler: (_req, _res, next) => {
      next(
        new ProblemError(
          429,
          'rate_limited',
          `More than ${calls} requests in ${windowMs / 1000} s; see Retry-After`,
        ),
      )
    },
  })
}

const retryAfterMs = 5_000

/** Counts in Redis, for all web processes together; while Redis does not answer, in this process. */
class SharedOrLocalStore implements Store {
  readonly #local = new MemoryStore()
  readonly #redis: Redis
  readonly #fallbacks: Counter
  readonly prefix: string
  #options: Options | undefined
  #shared: Promise<RedisStore> | undefined
  #awayUntil = 0

  constructor({ redis, prefix, fallbacks }: Pick<RateLimitOptions, 'redis' | 'prefix' | 'fallbacks'>) {
    this.#redis = redis
    this.#fallbacks = fallbacks
    this.prefix = prefix
  }

  init(options: Options): void {
    this.#options = options
    this.#local.init(options)
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    if (Date.now() >= this.#awayUntil) {
      try {
        this.#shared ??= this.#openShared()
        return await (await this.#shared).increment(key)
      } catch {
        this.#shared = undefined
        this.#awayUntil = Date.now() + retryAfterMs
      }
    }
    this.#fallbacks.inc()
    return this.#local.increment(key)
  }

  async decrement(key: string): Promise<void> {
    await this.#local.decrement(key)
  }

  async resetKey(key: string): Promise<void> {
    await this.#local.resetKey(key)
  }

  shutdown(): void {
    this.#local.shutdown()
  }

  async #openShared(): Promise<RedisStore> {
    const store = new RedisStore({
      prefix: this.prefix,
      sendCommand: async (command, ...args) => (await this.#redis.call(command, ...args)) as RedisReply,
    })
    await store.init(this.#options!)
    return store
  }
}
