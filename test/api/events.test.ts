import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RunAnswer } from '../../src/api/run-answer.ts'
import { endRun, saveProgress, startRun } from '../../src/db/job-runs.ts'
import { startTestApi } from '../support/api.ts'

const { ask, post, db, url, createKey } = await startTestApi()
const key = await createKey('read')

interface Event {
  id: string
  event: string
  run: RunAnswer
}

/** Reads a stream of events one by one. */
async function* listen(path: string, headers: Record<string, string> = {}): AsyncGenerator<Event> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}`, ...headers } })
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  let buffer = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    buffer += chunk
    const frames = buffer.split('\n\n')
    buffer = frames.pop()!
    for (const frame of frames.filter((text) => !text.startsWith(':'))) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)![1]!
      yield { id: field('id'), event: field('event'), run: JSON.parse(field('data')) as RunAnswer }
    }
  }
}

async function nextOf(stream: AsyncGenerator<Event>): Promise<Event> {
  const next = await stream.next()
  if (next.done) throw new Error('Expected another event, the stream has ended')
  return next.value
}

const submitScan = async (): Promise<string> => (await post<RunAnswer>('/anomaly/scan')).body.id

describe('GET /jobs/{id}/events', () => {
  it('tells the run as it is, every change, and its end', async () => {
    const id = await submitScan()
    const stream = listen(`/jobs/${id}/events`)
    expect(await nextOf(stream)).toMatchObject({ event: 'run', run: { state: 'queued' } })
    await startRun(db, id)
    await saveProgress(db, id, { fraction: 0.4, step: 'scoring' })
    let event = await nextOf(stream)
    // The two changes may be seen as one.
    if (event.run.progress.fraction === 0) event = await nextOf(stream)
    expect(event).toMatchObject({
      event: 'run',
      run: { state: 'active', progress: { fraction: 0.4, step: 'scoring' } },
    })
    await endRun(db, id, { state: 'completed', result: { scan_id: null } })
    expect(await nextOf(stream)).toMatchObject({ event: 'end', run: { state: 'completed' } })
    expect((await stream.next()).done).toBe(true)
  })

  it('does not repeat what a client that comes back has seen', async () => {
    const id = await submitScan()
    const first = listen(`/jobs/${id}/events`)
    const { id: seen } = await nextOf(first)
    await first.return(undefined)
    const again = listen(`/jobs/${id}/events`, { 'last-event-id': seen })
    await startRun(db, id)
    expect(await nextOf(again)).toMatchObject({ run: { state: 'active' } })
    await again.return(undefined)
  })

  it('tells a client that has seen the end to stay away', async () => {
    const id = await submitScan()
    await endRun(db, id, { state: 'failed', error: { name: 'Error', message: 'broken' } })
    const stream = listen(`/jobs/${id}/events`)
    const end = await nextOf(stream)
    expect(end).toMatchObject({ event: 'end', run: { error: { message: 'broken' } } })
    expect((await ask(`/jobs/${id}/events`, { headers: { 'last-event-id': end.id } })).status).toBe(204)
  })

  it('does not know a run that is not there', async () => {
    expect((await ask(`/jobs/${randomUUID()}/events`)).status).toBe(404)
  })
})
