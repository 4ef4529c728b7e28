import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit'
import type { Cluster, Redis } from 'ioredis'
import type { Counter } from 'prom-client'

export interface SharedCountsOptions {
  readonly redis: Redis | Cluster
  readonly prefix: string
  /** Counts the times that Redis did not take our counts. */
  readonly fallbacks: Counter
}

interface Window {
  hits: number
  /** Of these, what Redis has not been told yet. */
  unsent: number
  endsAt: number
}

const sendEveryMs = 50
const retryAfterMs = 5_000

/**
 * Counts requests here at once, and in Redis for all web processes together a moment later. Nobody waits for Redis; while it
 * is away, every process counts for itself. The processes may together exceed a limit by what comes in within that moment.
 */
export class SharedCounts implements Store {
  readonly prefix: string
  readonly #redis: Redis | Cluster
  readonly #fallbacks: Counter
  readonly #windows = new Map<string, Window>()
  #windowMs = 0
  #isSending = false
  #awayUntil = 0

  constructor({ redis, prefix, fallbacks }: SharedCountsOptions) {
    this.#redis = redis
    this.prefix = prefix
    this.#fallbacks = fallbacks
  }

  init({ windowMs }: Options): void {
    this.#windowMs = windowMs
  }

  increment(key: string): ClientRateLimitInfo {
    const window = this.#windowOf(key)
    window.hits++
    window.unsent++
    if (!this.#isSending) {
      this.#isSending = true
      setTimeout(() => void this.#send(), sendEveryMs).unref()
    }
    return { totalHits: window.hits, resetTime: new Date(window.endsAt) }
  }

  decrement(key: string): void {
    this.#windowOf(key).hits--
  }

  resetKey(key: string): void {
    this.#windows.delete(key)
  }

  #windowOf(key: string): Window {
    const known = this.#windows.get(key)
    if (known && known.endsAt > Date.now()) return known
    const window = { hits: 0, unsent: 0, endsAt: Date.now() + this.#windowMs }
    this.#windows.set(key, window)
    return window
  }

  async #send(): Promise<void> {
    if (Date.now() >= this.#awayUntil) {
      try {
        await Promise.all([...this.#windows].map(([key, window]) => this.#sendOne(key, window)))
      } catch {
        this.#awayUntil = Date.now() + retryAfterMs
      }
    }
    if (Date.now() < this.#awayUntil) this.#fallbacks.inc()
    this.#isSending = false
  }

  async #sendOne(key: string, window: Window): Promise<void> {
    if (window.endsAt <= Date.now()) this.#windows.delete(key)
    if (window.unsent === 0) return
    const sent = window.unsent
    window.unsent = 0
    const name = this.prefix + key
    const replies = await this.#redis
      .multi()
      .set(name, 0, 'PX', this.#windowMs, 'NX')
      .incrby(name, sent)
      .pttl(name)
      .exec()
    const [, [, total] = [], [, leftMs] = []] = replies ?? []
    window.hits = Number(total) + window.unsent
    window.endsAt = Date.now() + Number(leftMs)
  }
}
