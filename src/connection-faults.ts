import { InputError } from './errors.ts'

/** SQLSTATE classes and codes that say: the address is right, the rest of the URL is not. */
const postgresFaults: Readonly<Record<string, string>> = {
  '28P01': 'the server refuses this user and password',
  '28000': 'the server refuses this user',
  '3D000': 'the server has no such database',
  '42501': 'this user may not do that there',
  '53300': 'the server has no connection left',
  '57P03': 'the server is starting up or shutting down',
}

/** The system's and Redis's words for the same. */
const commonFaults: readonly (readonly [sign: RegExp, meaning: string])[] = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout/i, 'there is no answer'],
  [
    /ECONNRESET|socket|Connection (is closed|terminated)|unexpected/i,
    'something else than this kind of server answers',
  ],
  [/WRONGPASS|NOAUTH|invalid password/, 'the server refuses this user and password'],
]

/** One sentence for an address that does not serve, without the password in it; any other error as it is. */
export function connectionFault(variable: string, url: string, error: unknown): Error {
  const { code = '', message } = error as { code?: string; message: string }
  const meaning = postgresFaults[code] ?? commonFaults.find(([sign]) => sign.test(`${code} ${message}`))?.[1]
  if (meaning === undefined) return error instanceof Error ? error : new Error(message)
  const target = url.split(',').map(withoutPassword).join(', ')
  return new InputError(`${variable}: cannot use ${target}: ${meaning} (${code || message})`, {
    cause: error,
  })
}

function withoutPassword(url: string): string {
  const { username, host, pathname } = new URL(url)
  return `${username && `${username}@`}${host}${pathname}`
}
