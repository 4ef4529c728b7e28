import { randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { sql } from 'kysely'
import { submitJobs } from '../../src/jobs/submit.ts'
import { startMaintenance } from '../../workers/maintenance.ts'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'

/** 100,000 where the promises are played at full size. */
const jobs = Number(process.env['TIDEGAUGE_SOAK_JOBS'] ?? 4_000)
const batch = 250
const megabyte = 2 ** 20
/** A job that is kept, with its payload and options, is 2 kB and more. */
const mostBytesPerJob = 500
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const { platform, work } = await openWorkshop(undefined, { TIDEGAUGE_CONCURRENCY_ALERTS: '32' })
const { db, connection, prefix } = platform

it(
  `R16: ${jobs.toLocaleString('en')} jobs leave neither memory nor handles nor keys behind`,
  { timeout: 1_800_000 },
  async () => {
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
    expect((slopeOf(steady) * megabyte) / batch).toBeLessThan(mostBytesPerJob)
    expect(process.getActiveResourcesInfo().length).toBeLessThan(handles + 20)

    const keys = await connection.keys(`${prefix}*`)
    expect(keys.length).toBeLessThan(2_500)
    let bytes = 0
    for (const key of keys) bytes += Number(await connection.memory('USAGE', key))
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
