import { Redis } from 'ioredis'
import {
  createRedisAdmission,
  type RedisAdmissionOptions,
} from '../../src/sources/admission/redis-admission.ts'
import { createRedisValidators } from '../../src/sources/http/validators.ts'
import { createSources, type Sources, type SourcesOptions } from '../../src/sources/sources.ts'

export interface ClientOptions {
  readonly redisUrl: string
  readonly prefix: string
  /** A market server. */
  readonly marketUrl: string
  readonly admission: Pick<RedisAdmissionOptions, 'budgets' | 'marginMs' | 'afterDataLoss' | 'failuresToOpen'>
  readonly sources?: Pick<SourcesOptions, 'clock' | 'maxBodyBytes' | 'timeoutMs'>
}

export interface Clients extends AsyncDisposable {
  readonly redis: Redis
  readonly sources: Sources
}

/** The product's own clients, as a worker process makes them, before a market server. */
export function openClients({ redisUrl, prefix, marketUrl, ...options }: ClientOptions): Clients {
  const redis = new Redis(redisUrl)
  const sources = createSources({
    defillamaUrl: `${marketUrl}/llama`,
    defillamaCoinsUrl: `${marketUrl}/coins-llama`,
    coingeckoUrl: `${marketUrl}/coingecko/api/v3`,
    coingeckoPlan: 'keyless',
    admission: createRedisAdmission({ redis, prefix, ...options.admission }),
    validators: createRedisValidators(redis, prefix),
    ...options.sources,
  })
  return {
    redis,
    sources,
    async [Symbol.asyncDispose]() {
      await sources[Symbol.asyncDispose]()
      redis.disconnect()
    },
  }
}
