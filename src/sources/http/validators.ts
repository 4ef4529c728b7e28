import { createHash } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { header, type Headers } from './retry-after.ts'

/** What is remembered of a stored body, to ask for it again only if it has changed. */
export interface Validators {
  readonly etag: string | null
  readonly lastModified: string | null
  readonly contentHash: string
  /** Milliseconds of the epoch until which the upstream itself says that asking again is pointless. */
  readonly freshUntil: number
}

export interface ValidatorStore {
  readonly read: (url: string) => Promise<Validators | null>
  readonly write: (url: string, validators: Validators) => Promise<void>
}

const keptMs = 7 * 86_400_000
/** However long a max-age is, data is looked at again after this. */
const longestFreshMs = 15 * 60_000

/** Shared by all processes; some 300 bytes for each URL, forgotten after a week. */
export function createRedisValidators(redis: Redis | Cluster, prefix: string): ValidatorStore {
  const keyOf = (url: string): string =>
    `${prefix}:validators:${createHash('sha256').update(url).digest('base64url').slice(0, 24)}`
  return {
    read: async (url) => {
      const text = await redis.get(keyOf(url))
      return text === null ? null : (JSON.parse(text) as Validators)
    },
    write: async (url, validators) => {
      await redis.set(keyOf(url), JSON.stringify(validators), 'PX', keptMs)
    },
  }
}

export function validatorsOf(headers: Headers, contentHash: string, now: number): Validators {
  return {
    etag: header(headers, 'etag'),
    lastModified: header(headers, 'last-modified'),
    contentHash,
    freshUntil: now + Math.min(longestFreshMs, maxAgeMs(headers)),
  }
}

export function conditionalHeaders({ etag, lastModified }: Validators): Record<string, string> {
  return {
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
  }
}

/** `Cache-Control: max-age` less `Age`; 0 when absent or when the answer must not be stored. */
function maxAgeMs(headers: Headers): number {
  const control = header(headers, 'cache-control') ?? ''
  if (/\bno-(store|cache)\b/i.test(control)) return 0
  const maxAge = Number(/\bmax-age=(\d+)/i.exec(control)?.[1] ?? 0)
  const age = Number(header(headers, 'age') ?? 0)
  return Math.max(0, maxAge - (Number.isFinite(age) ? age : 0)) * 1000
}
