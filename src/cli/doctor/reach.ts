import { once } from 'node:events'
import { connect } from 'node:net'
import type { Config } from '../../config.ts'
import type { Addresses } from '../surroundings.ts'
import { fault, type Finding, ok, skipped, warning } from './check.ts'

const timeoutMs = 5000

/** Whether the API answers, and whether the sources can be reached; no call of their budget is spent. */
export async function examineReach(config: Config, addresses: Addresses): Promise<Finding[]> {
  return Promise.all([examineApi(addresses), ...sourcesOf(config).map(examineSource)])
}

async function examineApi({ apiUrl }: Addresses): Promise<Finding> {
  try {
    const response = await fetch(`${apiUrl}/readyz`, { signal: AbortSignal.timeout(timeoutMs) })
    const { status, postgres, redis } = (await response.json()) as Record<string, string>
    const found = `${apiUrl} is ${status} (Postgres ${postgres}, Redis ${redis})`
    return status === 'ok'
      ? ok('API', found)
      : warning('API', found, 'See the findings on Postgres and Redis')
  } catch {
    return skipped('API', `nothing answers at ${apiUrl}; "npm start" starts it`)
  }
}

/** The public services, where they are what is collected from. */
function sourcesOf({ market, sources: { coingecko, defillama } }: Config): readonly string[] {
  return market.mode === 'live' ? [defillama.url, defillama.coinsUrl, coingecko.url] : []
}

async function examineSource(source: string): Promise<Finding> {
  const { protocol, hostname, port } = new URL(source)
  const socket = connect({ host: hostname, port: Number(port || (protocol === 'http:' ? 80 : 443)) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) })
    return ok('Source', `${hostname} can be reached`)
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return fault(
      'Source',
      `${hostname} cannot be reached (${code ?? name})`,
      'Check the network, the DNS and the firewall of this machine',
    )
  } finally {
    socket.destroy()
  }
}
