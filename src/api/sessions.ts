import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const cookieName = 'tidegauge_session'
const maxAgeSeconds = 12 * 3600

/** Browser logins: a signed cookie that names a key. It holds nothing secret, and ends with the key. */
export interface Sessions {
  /** The `Set-Cookie` value that logs a browser in. */
  issue(keyId: string, options: { isSecure: boolean }): string
  /** The id of the key behind a `Cookie` header, where the signature holds and the time is not over. */
  read(cookieHeader: string | undefined): string | undefined
}

export const endedSession = `${cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`

/** @param secret shared by all web processes; by default random, so that a restart ends all logins. */
export function createSessions(secret: string | Buffer = randomBytes(32)): Sessions {
  const sign = (text: string): Buffer => createHmac('sha256', secret).update(text).digest()

  return {
    issue(keyId, { isSecure }) {
      const text = `${keyId}.${Math.floor(Date.now() / 1000) + maxAgeSeconds}`
      const cookie = `${cookieName}=${text}.${sign(text).toString('base64url')}`
      return `${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${isSecure ? '; Secure' : ''}`
    },

    read(cookieHeader) {
      const match = /(?:^|;\s*)tidegauge_session=([\w-]+)\.(\d{1,12})\.([\w-]+)/.exec(cookieHeader ?? '')
      if (!match) return undefined
      const [, keyId, expires, signature] = match
      const expected = sign(`${keyId!}.${expires!}`)
      const given = Buffer.from(signature!, 'base64url')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      return Number(expires) * 1000 > Date.now() ? keyId : undefined
    },
  }
}
