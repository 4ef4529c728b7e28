import { getEventListeners } from 'node:events'
import { Agent, get } from 'node:http'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunAnswer } from '../../src/api/run-answer.ts'
import { createRunWatcher } from '../../src/api/run-watcher.ts'
import { endRun, saveProgress, startRun } from '../../src/db/job-runs.ts'
import { startTestApi } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'

const { ask, post, db, url, createKey } = await startTestApi({
  http: {
    host: '127.0.0.1',
    port: 0,
    rateLimit: { calls: 10_000, windowMs: 60_000 },
    sessionSecret: undefined,
  },
})
const key = await createKey('read')
const crowd = 200

/** Every client has a connection of its own, as browsers on as many desks do. */
const agent = new Agent({ keepAlive: false })
afterAll(() => agent.destroy())

const warnings: Error[] = []
const noteWarning = (warning: Error) => void warnings.push(warning)
process.on('warning', noteWarning)
afterAll(() => void process.off('warning', noteWarning))

interface Client {
  /** What has come in so far. */
  readonly text: () => string
  readonly ended: Promise<void>
  readonly leave: () => void
}

function follow(id: string, headers: Record<string, string> = {}): Client {
  let text = ''
  const request = get(`${url}/jobs/${id}/events`, {
    agent,
    headers: { authorization: `Bearer ${key}`, ...headers },
  })
  const ended = new Promise<void>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', resolve).on('error', () => resolve())
    })
  })
  ended.catch(() => undefined)
  return { text: () => text, ended, leave: () => request.destroy() }
}

const followers = (id: string, headers?: Record<string, string>): Client[] =>
  Array.from({ length: crowd }, () => follow(id, headers))

const haveAll = (clients: readonly Client[], part: RegExp): Promise<boolean> =>
  eventually(() => Promise.resolve(clients.every((client) => part.test(client.text()))), 30_000)

const lastIdOf = (client: Client): string => [...client.text().matchAll(/^id: (.*)$/gm)].at(-1)![1]!

async function openStreams(): Promise<number> {
  const { body } = await ask<string>('/metrics')
  return Number(/^tidegauge_event_streams (\d+)$/m.exec(body)![1])
}

const submitScan = async (): Promise<string> => (await post<RunAnswer>('/anomaly/scan')).body.id

describe(`${crowd} clients of one run`, { timeout: 60_000 }, () => {
  it('all hear that it starts, and its end; then nothing of them is left', async () => {
    const id = await submitScan()
    const clients = followers(id)
    await haveAll(clients, /"state":"queued"/)
    expect(await openStreams()).toBe(crowd)
    await startRun(db, id)
    await saveProgress(db, id, { fraction: 0.4, step: 'scoring' })
    await haveAll(clients, /"step":"scoring"/)
    await endRun(db, id, { state: 'completed', result: { scan_id: null } })
    await Promise.all(clients.map((client) => client.ended))
    for (const client of clients) expect(client.text()).toMatch(/event: end\ndata: .*"state":"completed"/)
    await eventually(async () => (await openStreams()) === 0)
    expect(Object.values(agent.sockets).flat()).toHaveLength(0)
    expect(warnings).toEqual([])
  })

  it('are forgotten when they leave in the middle', async () => {
    const id = await submitScan()
    const clients = followers(id)
    await haveAll(clients, /^id: /m)
    for (const client of clients) client.leave()
    await eventually(async () => (await openStreams()) === 0)
    await endRun(db, id, { state: 'failed', error: { name: 'Error', message: 'over' } })
  })

  it('hear, when they come back, only what they have not seen', async () => {
    const id = await submitScan()
    const first = follow(id)
    await haveAll([first], /^id: /m)
    first.leave()
    const again = followers(id, { 'last-event-id': lastIdOf(first) })
    await eventually(async () => (await openStreams()) === crowd)
    await endRun(db, id, { state: 'completed', result: { scan_id: null } })
    await Promise.all(again.map((client) => client.ended))
    for (const client of again) {
      expect(client.text()).not.toContain('"state":"queued"')
      expect(client.text().match(/^event: /gm)).toEqual(['event: '])
    }
  })

  it('hear a sign of life while nothing changes', async () => {
    const id = await submitScan()
    const clients = followers(id)
    await haveAll(clients, /^id: /m)
    await haveAll(clients, /^: still here$/m)
    for (const client of clients) client.leave()
    await eventually(async () => (await openStreams()) === 0)
  })
})

it('leaves no listener behind on the signal of a client whose run has ended', async () => {
  const { signal } = new AbortController()
  const id = await submitScan()
  await endRun(db, id, { state: 'cancelled', error: { name: 'CancelledError', message: 'not needed' } })
  for await (const run of createRunWatcher(db, pino({ level: 'silent' })).watch(id, signal))
    if (run.state === 'cancelled') break
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
