import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reliability } from '../../queues/settings.ts'
import { schedules } from '../../queues/schedules.ts'
import { findRun } from '../../src/db/job-runs.ts'
import { freePort } from '../../src/embedded/free-port.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { cloneDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testRedis } from '../support/redis.ts'
import { type RunningProcess, startProcess } from '../support/running-process.ts'
import { storeProtocol } from '../support/stored-results.ts'
import { parseScrape, type Scrape } from './scrape.ts'

const documented = (): Map<string, string> => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
  return new Map(
    [...text.matchAll(/^\| `(tidegauge_\w+)` +\| (\w+) +\|/gm)].map(([, name, type]) => [name!, type!]),
  )
}

describe('a scrape of running processes', async () => {
  const { url: databaseUrl, db } = await cloneDatabase()
  const { url: redisUrl, prefix } = testRedis()
  const started: RunningProcess[] = []
  let web: string
  let worker: string

  beforeAll(async () => {
    const env = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      TIDEGAUGE_PREFIX: prefix,
      TIDEGAUGE_MARKET_URL: 'http://127.0.0.1:9',
      TIDEGAUGE_WORKER_PORT: '0',
    }
    const processes = [
      startProcess(['dist/src/server.js'], { ...env, PORT: String(await freePort()) }),
      startProcess(['dist/workers/main.js', 'maintenance', 'collection'], env),
    ] as const
    started.push(...processes)
    web = String((await processes[0].logged('listening'))['url'])
    worker = String((await processes[1].logged('working'))['health'])
    const { runId } = await submitJob(db, 'prune', {}, { origin: 'api', lane: 'user' })
    await eventually(async () => ['completed', 'failed'].includes((await findRun(db, runId))?.state ?? ''))
  })
  afterAll(async () => {
    await Promise.all(started.map((one) => one[Symbol.asyncDispose]()))
  })

  /** A busy machine may not answer in time; Prometheus would ask again, too. */
  const scrape = (url: string): Promise<Scrape> =>
    eventually(async () => {
      const response = await fetch(`${url}/metrics`)
      return response.ok && parseScrape(await response.text())
    })
  const fleetOf = (reading: string) =>
    eventually(async () => {
      const found = await scrape(web)
      const isRead = found
        .get('tidegauge_fleet_reading_up')
        ?.samples.some(({ labels, value }) => labels['reading'] === reading && value === 1)
      return isRead && found
    })

  it('shows every metric that docs/metrics.md lists, and no other', async () => {
    const both = new Map([...(await scrape(web)), ...(await scrape(worker))])
    const seen = new Map([...both].map(([name, { type }]) => [name, type]))
    expect([...seen].sort()).toEqual([...documented()].sort())
  })

  it('times the jobs of a worker and their waits', async () => {
    const metrics = await scrape(worker)
    const ended = metrics
      .get('tidegauge_job_seconds')!
      .samples.filter(({ labels }) => labels['job'] === 'prune')
    expect(ended.length).toBeGreaterThan(0)
    const waits = metrics.get('tidegauge_job_wait_seconds')!.samples
    expect(waits.some(({ labels }) => labels['job'] === 'prune')).toBe(true)
  })

  it('counts what is on the queues, and sees the schedules', async () => {
    const fleet = await fleetOf('schedules')
    const lags = fleet.get('tidegauge_schedule_lag_seconds')!.samples
    await eventually(async () => {
      const { samples } = (await fleetOf('schedules')).get('tidegauge_schedules_missing')!
      return samples[0]?.value === 0
    })
    expect(lags.every(({ value }) => value >= 0)).toBe(true)
    expect(lags.length).toBeLessThanOrEqual(schedules.length)
    const states = fleet.get('tidegauge_queue_jobs')!.samples
    expect(new Set(states.map(({ labels }) => labels['queue'])).size).toBe(6)
  })

  it('tells the clock skew of every process', async () => {
    for (const url of [web, worker]) {
      const [skew] = (await scrape(url)).get('tidegauge_clock_skew_seconds')!.samples
      expect(Math.abs(skew!.value) * 1000).toBeLessThan(reliability.maxClockSkewMs)
    }
  })

  it('has no label that names a protocol or a run', async () => {
    await storeProtocol(db, 'labelled-protocol')
    const both = [...(await scrape(web)).values(), ...(await scrape(worker)).values()]
    const values = both.flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.values(labels)))
    expect(values.filter((value) => /labelled|[0-9a-f]{8}-[0-9a-f]{4}/.test(value))).toEqual([])
  })
})
