import { Registry } from 'prom-client'
import { afterAll, describe, expect, it } from 'vitest'
import { submitJob } from '../../src/jobs/submit.ts'
import { serveHealth } from '../../workers/health.ts'
import { watchLiveness } from '../../workers/liveness.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'

const { platform, work, ended } = await openWorkshop()
const worker = work('collection', {
  'backfill-protocol': () => Promise.resolve({ rows: 0, refused: 0 }),
})
const liveness = watchLiveness(['collection'], platform, 400)
let isReady = true
const health = await serveHealth(
  { host: '127.0.0.1', port: 0 },
  { registry: new Registry(), stuck: liveness.stuckQueues, isReady: () => Promise.resolve(isReady) },
)
afterAll(async () => {
  liveness[Symbol.dispose]()
  await health[Symbol.asyncDispose]()
})
const ask = async (path: string) => {
  const response = await fetch(health.url + path)
  return { status: response.status, text: await response.text() }
}
const submit = async (): Promise<string> => {
  const { runId } = await submitJob(
    platform.db,
    'backfill-protocol',
    { protocol_id: 'any' },
    { origin: 'api' },
  )
  await relayOutbox(platform.db, platform.producer)
  return runId
}

describe('the health of a worker process', () => {
  it('is live while there is nothing to do, and after work', async () => {
    expect(await ask('/livez')).toMatchObject({ status: 200 })
    await ended(await submit())
    expect(await ask('/livez')).toMatchObject({ status: 200, text: '{"status":"live"}\n' })
  })

  it('is not live when jobs wait and it starts none, and live again when it does', async () => {
    await worker.pause(true)
    const runId = await submit()
    const stuck = await eventually(async () => {
      const answer = await ask('/livez')
      return answer.status === 503 && answer
    })
    expect(stuck.text).toBe('{"status":"stuck","queues":["collection"]}\n')
    void worker.resume()
    await ended(runId)
    expect(await ask('/livez')).toMatchObject({ status: 200 })
  })

  it('is live beside a queue that an operator has paused', async () => {
    const queue = platform.producer.queues.get('collection')!
    await queue.pause()
    const runId = await submit()
    await expect(eventually(async () => (await ask('/livez')).status === 503, 1_500)).rejects.toThrow()
    await queue.resume()
    await ended(runId)
  })

  it('says whether its services answer, serves metrics, and knows no other path', async () => {
    expect(await ask('/readyz')).toMatchObject({ status: 200 })
    isReady = false
    expect(await ask('/readyz')).toMatchObject({ status: 503 })
    expect(await ask('/metrics')).toMatchObject({ status: 200 })
    expect(await ask('/')).toMatchObject({ status: 404 })
  })
})
