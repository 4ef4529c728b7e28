import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { cloneDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testRedis } from '../support/redis.ts'
import { type RunningProcess, startProcess } from '../support/running-process.ts'

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
}
interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[]
}

/** The names from a span up to the one that nobody started. */
function ancestry(span: Span, all: readonly Span[]): string[] {
  const parent = all.find(({ spanId }) => spanId === span.parentSpanId)
  return [span.name, ...(parent ? ancestry(parent, all) : [])]
}

describe('a trace', async () => {
  const { db, url: databaseUrl } = await cloneDatabase()
  const { url: redisUrl, prefix } = testRedis()
  const market = await startMarketServer({
    dataset: simulateDataset({ protocols: 10, days: 40, seed: 3 }),
    mode: 'simulate',
  })
  const spans: Span[] = []
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (text: Buffer) => (body += text.toString()))
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(body) as Export
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  const started: RunningProcess[] = []
  let web: string

  beforeAll(async () => {
    const env = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      TIDEGAUGE_PREFIX: prefix,
      TIDEGAUGE_MARKET_URL: market.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_SERVICE_NAME: 'tidegauge-test',
    }
    const processes = [
      startProcess(['dist/src/server.js'], { ...env, PORT: String(await freePort()) }),
      startProcess(['dist/workers/main.js', 'collection', 'maintenance'], env),
    ] as const
    started.push(...processes)
    web = String((await processes[0].logged('listening'))['url'])
    await processes[1].logged('working')
  })
  afterAll(async () => {
    await Promise.all(started.map((one) => one[Symbol.asyncDispose]()))
    receiver.close()
    await market.close()
  })

  it('leads from the API through the outbox to the job, its upstream call and Postgres', async () => {
    // The catalogue that an empty installation asks for by itself; a submission would join it.
    await eventually(async () => {
      const own = db.selectFrom('jobRuns').select('id').where('name', '=', 'refresh-catalogue')
      return (await own.where('state', '=', 'completed').executeTakeFirst()) !== undefined
    }, 25_000)
    const response = await fetch(`${web}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'refresh-catalogue', payload: {} }),
    })
    expect(response.status).toBe(202)
    // A span is told of when it ends, so parents come after their children.
    const { upstream, stores } = await eventually(() => {
      const root = spans.find(({ name }) => name.startsWith('POST'))
      const ofTrace = spans.filter(({ traceId }) => traceId === root?.traceId)
      const called = ofTrace.find(({ name }) => name === 'GET')
      const upstream = called ? ancestry(called, ofTrace) : []
      const stores = ofTrace
        .filter(({ name }) => name.startsWith('pg.query:INSERT'))
        .map((span) => ancestry(span, ofTrace))
      return Promise.resolve(upstream.at(-1)?.startsWith('POST') === true && { upstream, stores })
    }, 25_000)
    expect(upstream.some((name) => name.includes('collection'))).toBe(true)
    expect(stores.some((names) => names.some((name) => name.includes('collection')))).toBe(true)
  }, 60_000)
})
