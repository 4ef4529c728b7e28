import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { reliability } from './settings.ts'

/** One server, or a cluster of them: every key carries the prefix's hash tag, so both understand the same commands. */
export type RedisConnection = Redis | Cluster

type Settings = Pick<
  RedisOptions,
  | 'commandTimeout'
  | 'connectTimeout'
  | 'enableAutoPipelining'
  | 'enableOfflineQueue'
  | 'keepAlive'
  | 'lazyConnect'
  | 'maxRetriesPerRequest'
  | 'retryStrategy'
  | 'socketTimeout'
>

const retryStrategy = (attempt: number): number => Math.min(attempt * 50, reliability.maxReconnectDelayMs)
const shared = { retryStrategy, keepAlive: 5_000 } satisfies Settings

/** For everything that answers somebody: fails within a second instead of waiting for Redis to come back. */
export function createProducerConnection(
  urls: string,
  own: Pick<Settings, 'commandTimeout' | 'enableAutoPipelining'> = {},
): RedisConnection {
  return open(urls, {
    ...shared,
    commandTimeout: reliability.producerCommandTimeoutMs,
    socketTimeout: reliability.producerSocketTimeoutMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
    ...own,
  })
}

/** For workers: waits for Redis for as long as it takes. */
export function createWorkerConnection(urls: string): RedisConnection {
  return open(urls, {
    ...shared,
    socketTimeout: reliability.workerSocketTimeoutMs,
    maxRetriesPerRequest: null,
  })
}

/** For one look at a server that may not be there: fails at the first attempt. */
export function createProbeConnection(urls: string): RedisConnection {
  return open(urls, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    retryStrategy: () => null,
  })
}

/** @param urls one address, or the addresses of some nodes of a cluster with commas between them */
function open(urls: string, options: Settings): RedisConnection {
  const nodes = urls.split(',')
  if (nodes.length === 1) return new Redis(urls, options)
  const { enableOfflineQueue = true, lazyConnect = false, enableAutoPipelining = false, ...others } = options
  const { retryStrategy: clusterRetryStrategy = retryStrategy, ...rest } = others
  // Nodes that the cluster names later are reached as the first one is.
  const { username, password, protocol } = new URL(nodes[0]!)
  const isEncrypted = protocol === 'rediss:'
  return new Cluster(nodes, {
    clusterRetryStrategy,
    enableOfflineQueue,
    lazyConnect,
    enableAutoPipelining,
    slotsRefreshTimeout: 2_000,
    // Names are left as they are, or a certificate would be compared with an address.
    ...(isEncrypted && { dnsLookup: (address, done) => done(null, address) }),
    redisOptions: {
      ...rest,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(isEncrypted && { tls: {} }),
    },
  })
}
