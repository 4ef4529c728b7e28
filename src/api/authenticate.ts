import type { Request, RequestHandler } from 'express'
import { touchApiKey } from '../db/api-keys.ts'
import type { Db } from '../db/connection.ts'
import { ProblemError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { inTime } from './deadline.ts'
import type { KeyRing } from './key-ring.ts'
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts'
import { mayUse, type Principal, type Scope } from './scopes.ts'
import type { Sessions } from './sessions.ts'

export interface Doors {
  readonly db: Db
  readonly logger: Logger
  readonly keyRing: KeyRing
  readonly sessions: Sessions
  /** The address that the server is bound to is a loopback one. */
  readonly isLoopbackBound: boolean
}

const everything: Principal = { id: 'loopback', name: 'this machine', scopes: ['read', 'write', 'admin'] }
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Finds out who asks; a request without a principal goes on and is refused where a scope is needed. */
export function createAuthenticator(doors: Doors): RequestHandler {
  const noteUse = createUseNotes(doors)
  return async (req, res, next) => {
    const found = await inTime(res, identify(doors, req))
    if (found) noteUse(found.principal)
    if (found?.isAmbient && !safeMethods.has(req.method)) refuseForeignPage(req)
    res.locals.principal = found?.principal
    next()
  }
}

interface Identity {
  readonly principal: Principal
  /** The browser sends it by itself, so a foreign page could make it do so. */
  readonly isAmbient: boolean
}

async function identify(doors: Doors, req: Request): Promise<Identity | undefined> {
  const keys = await doors.keyRing.current()
  const token = /^Bearer ([\w-]{1,200})$/i.exec(req.headers.authorization ?? '')?.[1]
  if (req.headers.authorization !== undefined) {
    const principal = token === undefined ? undefined : await findByToken(doors.keyRing, token)
    return principal && { principal, isAmbient: false }
  }
  const keyId = doors.sessions.read(req.headers.cookie)
  const principal = keyId === undefined ? undefined : keys.findById(keyId)
  if (principal) return { principal, isAmbient: true }
  const isOpen = !keys.wasAnyMade && doors.isLoopbackBound && comesFromThisMachine(req)
  return isOpen ? { principal: everything, isAmbient: true } : undefined
}

async function findByToken(keyRing: KeyRing, token: string): Promise<Principal | undefined> {
  const known = (await keyRing.current()).findByToken(token)
  return known ?? (await keyRing.next()).findByToken(token)
}

/** Writes down that a key is in use, once a minute and key; nobody waits for it. */
function createUseNotes({ db, logger }: Doors): (principal: Principal) => void {
  const notedAt = new Map<string, number>()
  return ({ id }) => {
    if (id === everything.id || Date.now() - (notedAt.get(id) ?? 0) < 60_000) return
    notedAt.set(id, Date.now())
    touchApiKey(db, id).catch((error: unknown) => logger.warn({ err: error }, 'key use not noted'))
  }
}

/** Not through a proxy, and not by a foreign name that was made to point here (DNS rebinding). */
function comesFromThisMachine(req: Request): boolean {
  return (
    isLoopbackAddress(req.socket.remoteAddress ?? '') &&
    isLoopbackHost(req.headers.host ?? '') &&
    req.headers['x-forwarded-for'] === undefined &&
    req.headers.forwarded === undefined
  )
}

/** A page of another origin must not press buttons with this browser's rights. */
function refuseForeignPage(req: Request): void {
  const site = req.headers['sec-fetch-site']
  const origin = req.headers.origin
  const isForeign =
    site === undefined
      ? origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === req.headers.host)
      : site !== 'same-origin' && site !== 'none'
  if (isForeign) throw new ProblemError(403, 'foreign_page', 'Pages of another origin may not do this')
}

/** @throws ProblemError the same 401 for a missing, unknown, malformed or revoked key; 403 where the scope is not enough */
export function requireScope(principal: Principal | undefined, needed: Scope): Principal {
  if (!principal)
    throw new ProblemError(401, 'unauthorized', 'A valid key is needed: send "Authorization: Bearer tg_…"')
  if (!mayUse(principal, needed))
    throw new ProblemError(403, 'forbidden', `This needs a key with the scope "${needed}"`)
  return principal
}
