import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { figure, median, type Figure } from '../report.ts'
import type { CatalogueOrder, CatalogueResult } from './catalogue-child.ts'
import { catalogueBody } from './large-bodies.ts'
import type { OwnServices } from './own-services.ts'

const protocols = 6500
const budget = { calls: 100, windowMs: 60_000 }

/** A full catalogue, 11 MB, from the first byte to the last row stored. */
export async function measureCatalogue({ redisUrl, databaseUrl }: OwnServices, runs = 5): Promise<Figure[]> {
  const body = catalogueBody(protocols)
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const marketUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const results: CatalogueResult[] = []
  for (let i = 0; i < runs; i++) {
    const admission = { budgets: { coingecko: budget, defillama: budget }, afterDataLoss: 'go-on' } as const
    const clients = { redisUrl, prefix: `{bench-${randomUUID()}}`, marketUrl, admission }
    results.push(await inProcessOfItsOwn({ clients, databaseUrl }))
  }
  server.close()
  if (results.some(({ rows }) => rows !== protocols)) throw new Error('Expected every row of the catalogue')
  const fetched = median(results.map(({ fetchedMs }) => fetchedMs))
  const stored = median(results.map(({ storedMs }) => storedMs))
  return [
    figure({
      name: `catalogue of ${protocols} protocols, ${(body.length / 1e6).toFixed(1)} MB, fetched and stored`,
      value: median(results.map(({ fetchedMs, storedMs }) => fetchedMs + storedMs)),
      unit: 'ms',
      goal: '<= 3000',
      detail: `fetched and parsed ${Math.round(fetched)} ms, stored ${Math.round(stored)} ms`,
    }),
    figure({
      name: 'the same, most memory',
      value: median(results.map(({ peakRssBytes }) => peakRssBytes)) / 2 ** 20,
      unit: 'MB resident',
      goal: '<= 300',
    }),
  ]
}

async function inProcessOfItsOwn(order: CatalogueOrder): Promise<CatalogueResult> {
  const child = fork(join(import.meta.dirname, 'catalogue-child.js'), [JSON.stringify(order)])
  const [result] = (await once(child, 'message')) as [CatalogueResult]
  await once(child, 'exit')
  return result
}
