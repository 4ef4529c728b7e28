import { lookup } from 'node:dns/promises'
import { isPublicAddress } from '../domain/public-address.ts'
import { ProblemError } from '../errors.ts'

/**
 * Refuses a target that lies inside a network. Names are resolved now, and again at every delivery: a name may move.
 * @throws ProblemError 400
 */
export async function requirePublicTarget(
  target: string,
  options: { allowsPrivate: boolean },
): Promise<void> {
  const url = URL.canParse(target) ? new URL(target) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw refusal('Expected an http or https URL')
  if (url.username !== '' || url.password !== '') throw refusal('Expected a URL without user and password')
  if (options.allowsPrivate) return
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = await lookup(host, { all: true }).catch(() => [])
  if (addresses.length === 0) throw refusal(`The host "${host}" cannot be resolved`)
  if (!addresses.every(({ address }) => isPublicAddress(address)))
    throw refusal(
      `The host "${host}" lies in a private network; TIDEGAUGE_PRIVATE_WEBHOOKS=allow permits that`,
    )
}

function refusal(reason: string): ProblemError {
  const message = `body.target: ${reason}`
  return new ProblemError(400, 'refused_target', message, { errors: [{ field: 'body.target', message }] })
}
