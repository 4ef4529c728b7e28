import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import {
  createRedisAdmission,
  type RedisAdmissionOptions,
} from '../../../src/sources/admission/redis-admission.ts'
import type { FetchContext } from '../../../src/sources/fetched.ts'
import type { CallEvent } from '../../../src/sources/http/gated-call.ts'
import { createRedisValidators } from '../../../src/sources/http/validators.ts'
import { createSources, type Sources, type SourcesOptions } from '../../../src/sources/sources.ts'
import { testRedis } from '../../support/redis.ts'
import { startUpstream, type Upstream } from './upstream.ts'

export const now = new Date('2026-03-09T12:00:00Z')

export function context(extra: Partial<FetchContext> = {}): FetchContext {
  return { signal: new AbortController().signal, lane: 'snapshot', ...extra }
}

export interface TestStation {
  readonly redis: Redis
  readonly prefix: string
  readonly upstream: Upstream
  readonly events: CallEvent[]
  readonly sources: Sources
  /** Clients with other options, before the same upstream; a budget log of their own. */
  readonly another: (options?: Partial<SourcesOptions>, admission?: Partial<RedisAdmissionOptions>) => Sources
}

/** The real clients before a local upstream, with generous budgets. Call it at the top of a file. */
export async function startStation(): Promise<TestStation> {
  const { url, prefix } = testRedis()
  const redis = new Redis(url)
  const upstream = await startUpstream()
  const events: CallEvent[] = []
  const opened: Sources[] = []
  const another: TestStation['another'] = (options = {}, admission = {}) => {
    const own = `${prefix}:${opened.length}`
    const sources = createSources({
      defillamaUrl: upstream.url,
      defillamaCoinsUrl: upstream.url,
      coingeckoUrl: `${upstream.url}/api/v3`,
      coingeckoPlan: 'keyless',
      admission: createRedisAdmission({
        redis,
        prefix: own,
        budgets: { coingecko: { calls: 1000, windowMs: 1000 }, defillama: { calls: 1000, windowMs: 1000 } },
        afterDataLoss: 'go-on',
        backoffBaseMs: 20,
        ...admission,
      }),
      validators: createRedisValidators(redis, own),
      clock: () => now,
      onCall: (event) => events.push(event),
      timeoutMs: 500,
      random: () => 0.01,
      ...options,
    })
    opened.push(sources)
    return sources
  }
  afterAll(async () => {
    for (const sources of opened) await sources[Symbol.asyncDispose]()
    await redis.quit()
  })
  return { redis, prefix, upstream, events, sources: another(), another }
}
