import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'

/** Where a browser on this machine finds the API: an address for all interfaces is none to call. */
export function baseUrlOf({ host, port }: Config['http']): string {
  const callable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return `http://${callable.includes(':') ? `[${callable}]` : callable}:${port}`
}

/** Asks until the web process answers that it lives, or the signal ends the asking. @returns whether it lives. */
export async function becomesAlive(baseUrl: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isAlive(baseUrl)) return true
    await sleep(100)
  }
  return false
}

function isAlive(baseUrl: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${baseUrl}/livez`, { timeout: 1000, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false))
  })
}
