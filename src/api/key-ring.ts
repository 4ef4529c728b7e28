import { timingSafeEqual } from 'node:crypto'
import { keyDigest, type LiveKey, readLiveKeys } from '../db/api-keys.ts'
import type { Db } from '../db/connection.ts'
import { isScope, type Principal } from './scopes.ts'

/** The keys as of at most a second ago: a revocation is heard within that time, in every process. */
export interface KeyRing {
  current(): Promise<Keys>
}

export interface Keys {
  /** False only where no key was ever made. */
  readonly wasAnyMade: boolean
  readonly isAnyLive: boolean
  findByToken(token: string): Principal | undefined
  findById(id: string): Principal | undefined
}

const maxAgeMs = 1_000

export function createKeyRing(db: Db): KeyRing {
  let loading: Promise<Keys> | undefined
  let loadedAt = 0
  return {
    current() {
      if (loading === undefined || Date.now() - loadedAt > maxAgeMs) {
        loadedAt = Date.now()
        loading = readLiveKeys(db).then(toKeys)
        // Nobody gets in on a list that could not be read; the next request reads it again.
        loading.catch(() => (loading = undefined))
      }
      return loading
    },
  }
}

function toKeys({ keys, wasAnyMade }: { keys: readonly LiveKey[]; wasAnyMade: boolean }): Keys {
  const entries = keys.map((key) => ({ principal: toPrincipal(key), digest: Buffer.from(key.sha256, 'hex') }))
  const byId = new Map(entries.map(({ principal }) => [principal.id, principal]))
  return {
    wasAnyMade,
    isAnyLive: keys.length > 0,
    findById: (id) => byId.get(id),
    findByToken(token) {
      const digest = Buffer.from(keyDigest(token), 'hex')
      return entries.find((entry) => timingSafeEqual(entry.digest, digest))?.principal
    },
  }
}

const toPrincipal = ({ id, name, scopes }: LiveKey): Principal => ({
  id,
  name,
  scopes: scopes.filter(isScope),
})
