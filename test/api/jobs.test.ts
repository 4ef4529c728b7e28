import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { publicJobNames } from '../../queues/jobs.ts'
import type { Problem } from '../../src/api/problem.ts'
import type { RunAnswer } from '../../src/api/run-answer.ts'
import { appendJobLog, endRun, recordRun, saveProgress, startRun } from '../../src/db/job-runs.ts'
import { startTestApi } from '../support/api.ts'

const { ask, post, db } = await startTestApi()

async function submitScan(): Promise<RunAnswer> {
  return (await post<RunAnswer>('/anomaly/scan')).body
}

async function failedRun(): Promise<RunAnswer> {
  const run = await submitScan()
  await endRun(db, run.id, { state: 'failed', error: { name: 'Error', message: 'broken' } })
  return run
}

describe('POST /jobs', () => {
  it('queues a job together with its outbox row and says where to follow it', async () => {
    const answer = await post<RunAnswer>('/jobs', { name: 'scan-protocols', payload: {} })
    expect(answer.status).toBe(202)
    expect(answer.headers.get('location')).toBe(`/jobs/${answer.body.id}`)
    expect(answer.body).toMatchObject({
      name: 'scan-protocols',
      state: 'queued',
      lane: 'user',
      requested_by: 'tester',
    })
    const outbox = await db.selectFrom('outbox').select('runId').where('runId', '=', answer.body.id).execute()
    expect(outbox).toHaveLength(1)
  })

  it('fills in the defaults of a payload that is left out', async () => {
    const answer = await post<RunAnswer>('/jobs', { name: 'train-models' })
    expect(answer.body.payload).toMatchObject({ family: 'risk', seed: 42 })
  })

  it('answers with the run that already waits under the same key', async () => {
    const first = await post<RunAnswer>('/jobs', {
      name: 'backfill-protocol',
      payload: { protocol_id: 'aave' },
    })
    const second = await post<RunAnswer>('/jobs', {
      name: 'backfill-protocol',
      payload: { protocol_id: 'aave' },
    })
    expect(second.status).toBe(202)
    expect(second.body.id).toBe(first.body.id)
  })

  it('names the allowed jobs when the name is none of them', async () => {
    const answer = await post<Problem>('/jobs', { name: 'evaluate-candidate', payload: {} })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(answer.body.code).toBe('invalid_request')
    const [error] = answer.body.errors!
    expect(error!.field).toBe('body.name')
    for (const name of publicJobNames) expect(error!.message).toContain(name)
  })

  it.each([
    ['a missing field', { name: 'backfill-protocol', payload: {} }, 'body.payload.protocol_id'],
    ['an unknown field', { name: 'scan-protocols', payload: { speed: 9 } }, 'body.payload.speed'],
    ['a wrong type', { name: 'train-models', payload: { seed: 'x' } }, 'body.payload.seed'],
    ['no body', undefined, 'body'],
  ])('names %s', async (_case, body, field) => {
    const answer = await post<Problem>('/jobs', body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors!.map((error) => error.field)).toContain(field)
  })

  it.each([
    ['broken JSON', '{"name":', {}, 400, 'malformed_request'],
    ['another media type', '<job/>', { 'content-type': 'text/xml' }, 415, 'unsupported_media_type'],
    ['a body over the limit', JSON.stringify({ name: 'x'.repeat(200_000) }), {}, 413, 'body_too_large'],
  ])('refuses %s', async (_case, body, headers, status, code) => {
    const answer = await post<Problem>('/jobs', body, { headers })
    expect(answer.status).toBe(status)
    expect(answer.body.code).toBe(code)
  })
})

describe('the short ways to submit', () => {
  it.each([
    ['/anomaly/scan', undefined, 'scan-protocols'],
    ['/collect', undefined, 'collect-snapshot'],
    ['/models/train', { family: 'anomaly' }, 'train-models'],
    ['/models/train', undefined, 'train-models'],
  ])('POST %s with %o queues %s', async (path, body, name) => {
    const answer = await post<RunAnswer>(path, body)
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ name, state: 'queued' })
  })
})

describe('GET /jobs/{id}', () => {
  it('shows progress with an estimate of the rest, and asks to come back until the run has ended', async () => {
    const { id } = await submitScan()
    await startRun(db, id)
    await db
      .updateTable('jobRuns')
      .set({ startedAt: new Date(Date.now() - 10_000) })
      .where('id', '=', id)
      .execute()
    await saveProgress(db, id, { fraction: 0.5, step: 'scoring', detail: { done: 5 } })

    const running = await ask<RunAnswer>(`/jobs/${id}`)
    expect(running.headers.get('retry-after')).toBe('1')
    expect(running.body).toMatchObject({ state: 'active', attempt: 1, queue_position: null })
    expect(running.body.progress).toMatchObject({ fraction: 0.5, step: 'scoring', detail: { done: 5 } })
    expect(running.body.progress.eta_seconds).toBeGreaterThanOrEqual(9)
    expect(running.body.progress.eta_seconds).toBeLessThanOrEqual(15)
    expect(running.body.links).toMatchObject({ cancel: `/jobs/${id}/cancel` })

    await endRun(db, id, { state: 'completed', result: { scan_id: null } })
    const ended = await ask<RunAnswer>(`/jobs/${id}`)
    expect(ended.headers.get('retry-after')).toBeNull()
    expect(ended.body).toMatchObject({ state: 'completed', result: { scan_id: null }, error: null })
    expect(ended.body.links).not.toHaveProperty('cancel')
  })

  it('counts the runs before a queued one, and stops counting where the backlog is long', async () => {
    const before = Array.from({ length: 150 }, (_, index) => ({
      id: randomUUID(),
      name: 'deliver-alert',
      queue: 'alerts',
      payload: '{}',
      origin: 'job' as const,
      lane: 'user' as const,
      state: 'queued' as const,
      createdAt: new Date(Date.now() - 60_000 + index),
    }))
    await db
      .insertInto('jobRuns')
      .values(
        before.map((run) => ({
          ...run,
          requestedBy: null,
          parentId: null,
          dedupKey: null,
          bullJobId: null,
          step: null,
          cancelRequestedAt: null,
          resumesAt: null,
          startedAt: null,
          heartbeatAt: null,
          finishedAt: null,
        })),
      )
      .execute()
    const tenth = await ask<RunAnswer>(`/jobs/${before[9]!.id}`)
    expect(tenth.body.queue_position).toEqual({ ahead: 9, is_exact: true })
    const last = await ask<RunAnswer>(`/jobs/${before[149]!.id}`)
    expect(last.body.queue_position).toEqual({ ahead: 100, is_exact: false })
  })

  it('says which run is unknown, and refuses what is no id', async () => {
    const id = randomUUID()
    expect(await ask(`/jobs/${id}`)).toMatchObject({ status: 404, body: { code: 'unknown_run' } })
    expect(await ask('/jobs/7')).toMatchObject({ status: 400, body: { errors: [{ field: 'path.id' }] } })
  })
})

describe('GET /jobs', () => {
  it('pages through every run once, newest first', async () => {
    for (let i = 0; i < 5; i++) await submitScan()
    const all = await db.selectFrom('jobRuns').select('id').where('name', '=', 'scan-protocols').execute()
    const seen: RunAnswer[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { items: RunAnswer[]; next_cursor: string | null } = (
        await ask<{ items: RunAnswer[]; next_cursor: string | null }>(
          `/jobs?name=scan-protocols&limit=2${cursor && `&cursor=${cursor}`}`,
        )
      ).body
      expect(page.items.length).toBeLessThanOrEqual(2)
      seen.push(...page.items)
      cursor = page.next_cursor
    }
    expect(seen.map((run) => run.id).sort()).toEqual(all.map((run) => run.id).sort())
    const times = seen.map((run) => run.created_at)
    expect(times).toEqual([...times].sort().reverse())
  })

  it('filters by state', async () => {
    const run = await failedRun()
    const { body } = await ask<{ items: RunAnswer[] }>('/jobs?state=failed')
    expect(body.items.map((item) => item.id)).toContain(run.id)
    expect(new Set(body.items.map((item) => item.state))).toEqual(new Set(['failed']))
  })

  it.each([
    ['limit=0', 'query.limit'],
    ['limit=1001', 'query.limit'],
    ['limit=ten', 'query.limit'],
    ['state=lost', 'query.state'],
    ['cursor=nonsense', 'query.cursor'],
    ['colour=red', 'query.colour'],
    ['state=failed&state=queued', 'query.state'],
  ])('refuses ?%s and names the parameter', async (query, field) => {
    const answer = await ask<Problem>(`/jobs?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body.errors!.map((error) => error.field)).toEqual([field])
  })
})

describe('POST /jobs/{id}/cancel', () => {
  it('ends a queued run at once', async () => {
    const { id } = await submitScan()
    expect(await post(`/jobs/${id}/cancel`)).toMatchObject({ status: 202, body: { state: 'cancelled' } })
  })

  it('tells a running one, and is refused by one that has ended', async () => {
    const { id } = await submitScan()
    await startRun(db, id)
    const told = await post<RunAnswer>(`/jobs/${id}/cancel`)
    expect(told.body.state).toBe('active')
    expect(told.body.cancel_requested_at).not.toBeNull()
    await endRun(db, id, { state: 'cancelled', error: { name: 'Cancelled', message: 'asked to' } })
    expect(await post(`/jobs/${id}/cancel`)).toMatchObject({ status: 409, body: { code: 'already_ended' } })
  })

  it('does not know a run that is not there', async () => {
    expect((await post(`/jobs/${randomUUID()}/cancel`)).status).toBe(404)
  })
})

describe('POST /jobs/{id}/retry', () => {
  it('queues the same work as a new run, and both logs name the other', async () => {
    const old = await failedRun()
    const retry = await post<RunAnswer>(`/jobs/${old.id}/retry`)
    expect(retry.status).toBe(202)
    expect(retry.body).toMatchObject({ name: old.name, payload: old.payload, state: 'queued' })
    expect(retry.body.id).not.toBe(old.id)
    const logs = await ask<{ items: { message: string }[] }>(`/jobs/${old.id}/logs`)
    expect(logs.body.items.map((line) => line.message)).toEqual([`retried as ${retry.body.id}`])
    expect((await ask<RunAnswer>(`/jobs/${old.id}`)).body.state).toBe('failed')
  })

  it('refuses a run that has not failed, and a part of another run', async () => {
    const waiting = await submitScan()
    expect(await post(`/jobs/${waiting.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'not_retryable' },
    })

    const part = randomUUID()
    await recordRun(db, {
      id: part,
      name: 'evaluate-candidate',
      queue: 'training',
      payload: {},
      origin: 'flow',
      lane: 'scheduled',
      requestedBy: null,
      parentId: waiting.id,
      dedupKey: null,
    })
    await endRun(db, part, { state: 'failed', error: { name: 'Error', message: 'broken' } })
    expect(await post(`/jobs/${part}/retry`)).toMatchObject({ status: 409, body: { code: 'not_retryable' } })
  })
})

describe('GET /jobs/{id}/logs', () => {
  it('pages through what a run wrote, oldest first', async () => {
    const { id } = await submitScan()
    for (const message of ['one', 'two', 'three'])
      await appendJobLog(db, id, { level: 'info', message, data: { message } })
    const first = await ask<{ items: { message: string }[]; next_cursor: string }>(`/jobs/${id}/logs?limit=2`)
    expect(first.body.items.map((line) => line.message)).toEqual(['one', 'two'])
    const rest = await ask<typeof first.body>(`/jobs/${id}/logs?limit=2&cursor=${first.body.next_cursor}`)
    expect(rest.body).toMatchObject({ items: [{ message: 'three' }], next_cursor: null })
  })
})

describe('GET /job-kinds', () => {
  it('describes every job with the JSON schema of its payload', async () => {
    const { body } = await ask<{ items: { name: string; is_public: boolean; payload_schema: object }[] }>(
      '/job-kinds',
    )
    const backfill = body.items.find((kind) => kind.name === 'backfill-protocol')!
    expect(backfill).toMatchObject({ is_public: true, payload_schema: { required: ['protocol_id'] } })
    expect(body.items.filter((kind) => kind.is_public).map((kind) => kind.name)).toEqual(publicJobNames)
  })
})
