import { Redis } from 'ioredis'
import { reliability } from './settings.ts'

const shared = {
  retryStrategy: (attempt: number) => Math.min(attempt * 50, reliability.maxReconnectDelayMs),
  keepAlive: 5_000,
}

/** For everything that answers somebody: fails within a second instead of waiting for Redis to come back. */
export function createProducerConnection(url: string): Redis {
  return new Redis(url, {
    ...shared,
    commandTimeout: reliability.producerCommandTimeoutMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
  })
}

/** For workers: waits for Redis for as long as it takes. */
export function createWorkerConnection(url: string): Redis {
  return new Redis(url, { ...shared, maxRetriesPerRequest: null })
}
