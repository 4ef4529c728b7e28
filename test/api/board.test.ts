import { type Job, UnrecoverableError, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { createProducer } from '../../queues/producer.ts'
import { isJobName } from '../../queues/jobs.ts'
import { runIdOf } from '../../queues/run-id.ts'
import { boardPath } from '../../src/api/board/board.ts'
import { endRun, findRun, type JobRun } from '../../src/db/job-runs.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { startTestApi } from '../support/api.ts'

const { ask, config, db, createKey } = await startTestApi()
const connection = new Redis(config.redisUrl, { maxRetriesPerRequest: null })
const producer = createProducer(connection, config.queuePrefix)
const anomaly = producer.queues.get('anomaly')!
afterAll(async () => {
  await producer.close()
  connection.disconnect()
})

const api = `${boardPath}/api/queues`
const put = (path: string, key?: string) =>
  ask(`${api}${path}`, { method: 'PUT', ...(key === undefined ? {} : { key }) })

/** A run that has been handed over to its queue. */
async function queued(): Promise<string> {
  const { run } = await submitJob(db, 'scan-protocols', {}, { origin: 'api', lane: 'user' })
  if (!isJobName(run.name)) throw new Error(run.name)
  await producer.addRuns([{ id: run.id, name: run.name, payload: run.payload, lane: run.lane }])
  return run.id
}

async function failed(): Promise<string> {
  const id = await queued()
  const worker = new Worker('anomaly', () => Promise.reject(new UnrecoverableError('broken')), {
    connection,
    prefix: config.queuePrefix,
  })
  await new Promise((resolve) => worker.once('failed', resolve))
  await worker.close()
  await endRun(db, id, { state: 'failed', error: { name: 'Error', message: 'broken' } })
  return id
}

const runsSince = async (run: JobRun): Promise<JobRun[]> =>
  db
    .selectFrom('jobRuns')
    .selectAll()
    .where('createdAt', '>=', run.createdAt)
    .where('id', '<>', run.id)
    .execute()

describe('an admin on Bull Board', () => {
  it('retries a failed job as a new run on record, and the old one leaves the board', async () => {
    const id = await failed()
    expect((await put(`/anomaly/${id}/retry`)).status).toBe(204)
    const [retry] = await runsSince((await findRun(db, id))!)
    expect(retry).toMatchObject({ name: 'scan-protocols', state: 'queued', requestedBy: 'tester' })
    expect((await findRun(db, id))!.state).toBe('failed')
    expect(await anomaly.getJob(id)).toBeUndefined()
  })

  it('retries all failed jobs of a queue, each once', async () => {
    const ids = [await failed(), await failed()]
    const before = (await findRun(db, ids[1]!))!
    expect(await put('/anomaly/retry/failed')).toMatchObject({
      status: 200,
      body: { retried: 2, skipped: 0 },
    })
    expect(await runsSince(before)).toHaveLength(2)
    expect(await anomaly.getFailedCount()).toBe(0)
  })

  it('cancels a waiting job by removing it, and keeps the record of an ended one', async () => {
    const waiting = await queued()
    expect((await put(`/anomaly/${waiting}/clean`)).status).toBe(204)
    expect((await findRun(db, waiting))!.state).toBe('cancelled')
    const ended = await failed()
    expect((await put(`/anomaly/${ended}/clean`)).status).toBe(204)
    expect((await findRun(db, ended))!.state).toBe('failed')
    expect(await anomaly.getJob(ended)).toBeUndefined()
  })

  it('cancels all that wait in a queue', async () => {
    const ids = [await queued(), await queued()]
    expect((await put('/anomaly/clean/wait')).status).toBe(200)
    for (const id of ids) expect((await findRun(db, id))!.state).toBe('cancelled')
    expect(await anomaly.getWaitingCount()).toBe(0)
  })

  it('is told why a part of another run is not retried', async () => {
    const id = await failed()
    await db.updateTable('jobRuns').set({ parentId: id }).where('id', '=', id).execute()
    expect(await put(`/anomaly/${id}/retry`)).toMatchObject({ status: 409, body: { error: 'not_retryable' } })
  })

  it('is not offered what the record would not know of', async () => {
    const id = await queued()
    for (const [method, path] of [
      ['POST', '/anomaly/add'],
      ['PUT', '/anomaly/obliterate'],
      ['PUT', '/anomaly/empty'],
      ['PATCH', `/anomaly/${id}/update-data`],
      ['PUT', '/anomaly/job-schedulers/x/remove'],
    ] as const)
      expect(await ask(`${api}${path}`, { method, body: {} }), path).toMatchObject({
        status: 405,
        body: { code: 'not_on_the_board' },
      })
  })

  it('finds the record of a scheduled job, and the schema of every payload with its description', async () => {
    await producer.mendSchedules(Date.now())
    const scheduled = (await anomaly.getDelayed()).find((job: Job) => job.id!.startsWith('repeat:'))!
    const { body } = await ask<{ job: { externalUrl: { href: string } } }>(
      `${api}/anomaly/${encodeURIComponent(scheduled.id!)}`,
    )
    expect(body.job.externalUrl.href).toBe(`/#/jobs/${runIdOf(scheduled.id!)}`)
    const schema = await ask<{ oneOf: { title: string; description: string }[] }>(
      `${api}/training/job-data-schema`,
    )
    const training = schema.body.oneOf.find(({ title }) => title === 'train-models')!
    expect(training).toMatchObject({ properties: { family: { enum: ['risk', 'anomaly'] } } })
    expect(training.description.length).toBeGreaterThan(20)
  })
})

describe('others on Bull Board', () => {
  it('see everything read-only', async () => {
    const modes = async (key?: string) =>
      (
        await ask<{ queues: { readOnlyMode: boolean }[] }>(api, key === undefined ? {} : { key })
      ).body.queues.map((queue) => queue.readOnlyMode)
    expect(await modes(await createKey('write'))).toEqual(Array(6).fill(true))
    expect(await modes()).toEqual(Array(6).fill(false))
  })

  it('may press no button', async () => {
    const id = await failed()
    for (const scope of ['read', 'write'] as const) {
      const key = await createKey(scope)
      for (const path of [
        `/anomaly/${id}/retry`,
        `/anomaly/${id}/clean`,
        '/anomaly/pause',
        '/anomaly/retry/failed',
      ])
        expect(await put(path, key), path).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    }
    expect(await anomaly.getJob(id)).toBeDefined()
    expect(await anomaly.isPaused()).toBe(false)
  })
})

it('brings no inline style or script and nothing from elsewhere', async () => {
  const page = await ask<string>(boardPath, { headers: { accept: 'text/html' } })
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
  expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\/|<style|style="|<script>/)
  const script = /src="(static\/[^"]+)"/.exec(page.body)![1]!
  expect((await ask(`${boardPath}/${script}`)).status).toBe(200)
})
