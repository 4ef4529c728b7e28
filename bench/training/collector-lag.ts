import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { openClients, type ClientOptions } from '../collection/market-clients.ts'

/** What a collector beside a training run felt. */
export interface CollectorLag {
  readonly catalogues: number
  /** Of the event loop's lag, in milliseconds. */
  readonly p99Ms: number
  readonly maxMs: number
}

/** Fetches whole catalogues as the collector does, one a second, until its parent says stop. Run as a process of its own. */
async function main(options: ClientOptions): Promise<CollectorLag> {
  await using clients = openClients(options)
  const stop = new AbortController()
  process.once('message', () => stop.abort())
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  let catalogues = 0
  while (!stop.signal.aborted) {
    await clients.sources.defillama.protocols({ signal: new AbortController().signal, lane: 'snapshot' })
    catalogues++
    await sleep(1000, undefined, { signal: stop.signal }).catch(() => undefined)
  }
  delay.disable()
  return { catalogues, p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 }
}

process.send?.(await main(JSON.parse(process.argv[2]!) as ClientOptions))
process.disconnect()
