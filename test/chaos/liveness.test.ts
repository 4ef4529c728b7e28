import { afterAll, expect } from 'vitest'
import { reliability } from '../../queues/settings.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { serveHealth } from '../../workers/health.ts'
import { watchLiveness } from '../../workers/liveness.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { Registry } from 'prom-client'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'
import { promise } from './harness/promise.ts'
import { scale } from './harness/size.ts'
import { isLive } from './harness/web.ts'

const { platform, work, ended } = await openWorkshop()
const worker = work('collection', { 'backfill-prices': () => Promise.resolve({ rows: 0, refused: 0 }) })
const stuckAfterMs = reliability.stuckAfterMs * scale
const liveness = watchLiveness(['collection'], platform, stuckAfterMs)
const health = await serveHealth(
  { host: '127.0.0.1', port: 0 },
  { registry: new Registry(), stuck: liveness.stuckQueues, isReady: () => Promise.resolve(true) },
)
afterAll(async () => {
  liveness[Symbol.dispose]()
  await health[Symbol.asyncDispose]()
})

async function submit(): Promise<string> {
  const { db, producer } = platform
  const { runId } = await submitJob(db, 'backfill-prices', { gecko_ids: ['any'] }, { origin: 'job' })
  await relayOutbox(db, producer)
  return runId
}

promise(
  'O2',
  {
    injected: 'a worker that takes no more jobs while one waits',
    expected: `not live within ${60 * scale} s`,
    timeoutMs: 90_000,
  },
  async (tell) => {
    await ended(await submit())
    await worker.pause(true)
    expect(await isLive(health.url)).toBe(true)
    // A fetch that was under way may still bring a job or two.
    const runIds = await Promise.all(Array.from({ length: 20 }, submit))
    const waitingSince = performance.now()
    await eventually(async () => !(await isLive(health.url)), 60_000)
    const seconds = (performance.now() - waitingSince) / 1000
    tell({ not_live_after_s: Math.round(seconds * 10) / 10 })
    expect(seconds).toBeLessThanOrEqual(60 * scale)
    void worker.resume()
    await Promise.all(runIds.map((runId) => ended(runId)))
    expect(await isLive(health.url)).toBe(true)
  },
)
