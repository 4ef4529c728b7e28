import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyDigest, type LiveKey, readLiveKeys } from '../db/api-keys.ts'
import type { Db } from '../db/connection.ts'
import { isScope, type Principal } from './scopes.ts'

/** The keys of the database. */
export interface KeyRing {
  /** As of at most a second ago: within that time every process knows of a revocation, even if it was told of nothing. */
  current(): Promise<Keys>
  /** The keys have changed: the next request reads them again. */
  forget(): void
  /** As of now, for a key that is unknown because it was only just made. */
  next(): Promise<Keys>
}

export interface Keys {
  /** False only where no key was ever made. */
  readonly wasAnyMade: boolean
  readonly isAnyLive: boolean
  findByToken(token: string): Principal | undefined
  findById(id: string): Principal | undefined
}

const maxAgeMs = 1_000
const minIntervalMs = 100

export function createKeyRing(db: Db): KeyRing {
  let keys: Promise<Keys> | undefined
  let upcoming: Promise<Keys> | undefined
  let readAt = 0

  const read = (): Promise<Keys> => {
    readAt = Date.now()
    const reading = readLiveKeys(db).then(toKeys)
    keys = reading
    // Nobody gets in on a list that could not be read; the next request reads it again.
    reading.catch(() => {
      if (keys === reading) keys = undefined
    })
    return reading
  }
  return {
    current: () => (keys === undefined || Date.now() - readAt > maxAgeMs ? read() : keys),
    forget() {
      keys = undefined
    },
    next() {
      upcoming ??= sleep(Math.max(0, readAt + minIntervalMs - Date.now())).then(() => {
        upcoming = undefined
        return read()
      })
      return upcoming
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
