import { randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { submitJobs } from '../../src/jobs/submit.ts'
import { startMaintenance } from '../../workers/maintenance.ts'
import { promise } from '../chaos/harness/promise.ts'
import { scaled } from '../chaos/harness/size.ts'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'

const jobs = scaled(100_000)
const batch = 250
const megabyte = 2 ** 20
/** A job that is kept, with its payload and options, is 2 kB and more. */
const mostBytesPerJob = 500
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const { platform, work } = await openWorkshop(undefined, { TIDEGAUGE_CONCURRENCY_ALERTS: '32' })
const { db, connection, prefix } = platform

promise(
  'R16',
  {
    injected: `${jobs.toLocaleString('en')} jobs`,
    expected: `heap slope < ${mostBytesPerJob} bytes a job, no handle left, Redis ≤ 50 MB`,
    timeoutMs: 60_000 + jobs * 20,
  },
  async (tell) => {
    work('alerts', { 'deliver-alert': () => Promise.resolve({ status: 200 }) })
    await using _maintenance = startMaintenance(platform)
    const heaps: number[] = []
    let handles = 0
    for (let done = 0; done < jobs;) {
      const payloads = Array.from({ length: batch }, () => ({ delivery_id: randomUUID() }))
      await submitJobs(db, 'deliver-alert', payloads, { origin: 'job' })
      done += batch
      await eventually(async () => (await completed()) === done, 120_000)
      heaps.push(usedHeap())
      // What the first batch opened stays open; nothing more may come.
      if (done === batch) handles = process.getActiveResourcesInfo().length
    }
    const steady = heaps.slice(Math.floor(heaps.length / 4))
    const slope = (slopeOf(steady) * megabyte) / batch
    const moreHandles = process.getActiveResourcesInfo().length - handles

    const keys = await connection.keys(`${prefix}*`)
    let bytes = 0
    for (const key of keys) bytes += Number(await connection.memory('USAGE', key))
    tell({
      heap_bytes_per_job: Math.round(slope),
      heap_mb: Math.round(heaps.at(-1)!),
      more_handles: moreHandles,
      redis_keys: keys.length,
      redis_mb: Math.round((10 * bytes) / megabyte) / 10,
    })
    expect(slope).toBeLessThan(mostBytesPerJob)
    expect(moreHandles).toBeLessThan(20)
    expect(keys.length).toBeLessThan(2_500)
    expect(bytes / megabyte).toBeLessThan(50)
  },
)

async function completed(): Promise<number> {
  const { rows } = await sql<{ done: number }>`
    select count(*) as done from job_runs where name = 'deliver-alert' and state = 'completed'`.execute(db)
  return rows[0]!.done
}

/** In megabytes, of what is still needed. */
function usedHeap(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / megabyte
}

/** Of a least-squares line, per step. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const covariance = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0)
  return covariance / values.reduce((sum, _value, i) => sum + (i - middle) ** 2, 0)
}
