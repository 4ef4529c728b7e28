import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane } from '../../src/sources/admission/admission.ts'
import type { FetchContext } from '../../src/sources/fetched.ts'
import { BudgetWaitError, UpstreamError } from '../../src/sources/source-errors.ts'
import { openClients, type ClientOptions } from './market-clients.ts'

export interface CallerOrder {
  readonly clients: ClientOptions
  readonly slugs: readonly string[]
  readonly geckoIds: readonly string[]
}

/**
 * One worker process that never runs out of work, until it is killed: like a job it gives its place back when the wait is
 * long and returns after it.
 */
async function main(order: CallerOrder): Promise<void> {
  const { sources } = openClients(order.clients)
  const controller = new AbortController()
  const lanes: readonly Lane[] = ['user', 'snapshot', 'backfill', 'backfill']
  const pick = (list: readonly string[]): string => list[Math.floor(Math.random() * list.length)]!
  await Promise.all(
    lanes.flatMap((lane, index) => {
      const context: FetchContext = { signal: controller.signal, lane, ticket: `${process.pid}-${index}` }
      return [
        keepCalling(() => sources.coingecko.markets(order.geckoIds.slice(0, 250), context)),
        keepCalling(() => sources.defillama.protocol(pick(order.slugs), context)),
      ]
    }),
  )
}

async function keepCalling(call: () => Promise<unknown>): Promise<never> {
  for (;;) {
    try {
      await call()
    } catch (error) {
      if (error instanceof BudgetWaitError) await sleep(error.waitMs)
      else if (!(error instanceof UpstreamError)) throw error
    }
  }
}

await main(JSON.parse(process.argv[2]!) as CallerOrder)
