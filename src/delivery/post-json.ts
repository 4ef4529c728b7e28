import { type LookupFunction } from 'node:net'
import { lookup } from 'node:dns'
import { Agent, request } from 'undici'
import { isPublicAddress } from '../domain/public-address.ts'

/** The receiver did not take it; `isFinal` when asking again cannot help. */
export class DeliveryError extends Error {
  override name = 'DeliveryError'
  readonly status: number | null
  readonly isFinal: boolean

  constructor(message: string, options: { status?: number; isFinal?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = options.status ?? null
    this.isFinal = options.isFinal ?? false
  }
}

const timeoutMs = 10_000

/**
 * Posts a JSON body and takes no detours: redirects are not followed, and a name is resolved anew at every connection, so a
 * target that was public yesterday cannot lead into this network today.
 * @returns the status, 200 to 299
 * @throws DeliveryError
 */
export async function postJson(
  target: string,
  body: string,
  options: { headers: Record<string, string>; allowsPrivate: boolean; signal: AbortSignal },
): Promise<number> {
  const agent = new Agent({
    connect: { timeout: timeoutMs, lookup: options.allowsPrivate ? lookupAny : lookupPublic },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  try {
    refuseLiteralAddress(target, options.allowsPrivate)
    const answer = await request(target, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Tidegauge', ...options.headers },
      body,
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]),
    })
    // What it says is of no interest, and may be endless.
    await answer.body.dump({ limit: 65_536 })
    if (answer.statusCode < 200 || answer.statusCode > 299)
      throw new DeliveryError(`The receiver answered ${answer.statusCode}`, {
        status: answer.statusCode,
        isFinal: answer.statusCode === 410,
      })
    return answer.statusCode
  } catch (cause) {
    if (cause instanceof DeliveryError) throw cause
    options.signal.throwIfAborted()
    throw new DeliveryError(cause instanceof Error ? cause.message : String(cause), { cause })
  } finally {
    await agent.destroy()
  }
}

/** A host that is an address is never looked up. */
function refuseLiteralAddress(target: string, allowsPrivate: boolean): void {
  const host = new URL(target).hostname.replace(/^\[(.*)\]$/, '$1')
  const isLiteral = /^[\d.]+$/.test(host) || host.includes(':')
  if (isLiteral && !allowsPrivate && !isPublicAddress(host)) throw privateTarget(host)
}

const privateTarget = (host: string): DeliveryError =>
  new DeliveryError(`"${host}" lies in a private network`, { isFinal: true })

const lookupAny: LookupFunction = (hostname, options, callback) => lookup(hostname, options, callback)

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses
    if (error) callback(error, [])
    else if (!addresses.every(({ address }) => isPublicAddress(address)))
      callback(privateTarget(hostname), [])
    else if (options.all) callback(null, addresses)
    else callback(null, first!.address, first!.family)
  })
}
