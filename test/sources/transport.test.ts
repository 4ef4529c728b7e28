import { gzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { readBody, readJson } from '../../src/sources/http/body.ts'
import { createTransport, SentTooLateError } from '../../src/sources/http/transport.ts'
import { startUpstream } from './support/upstream.ts'

const upstream = await startUpstream()
const transport = createTransport({ timeoutMs: 2000 })
afterAll(() => transport[Symbol.asyncDispose]())

const get = (sendBefore = performance.now() + 2000) =>
  transport.get(new URL(upstream.url), {}, { sendBefore, signal: new AbortController().signal })

it('keeps the fault of a body that breaks before anybody reads it, and tells the reader', async () => {
  const body = gzipSync('[1, 2, 3]').subarray(0, 20)
  upstream.answer({ body, headers: { 'content-encoding': 'gzip' } })
  const answer = await get()
  await sleep(100)
  await expect(readBody(answer.body, readJson, 1000)).rejects.toMatchObject({ code: 'Z_BUF_ERROR' })
})

it('keeps the fault of a connection that is cut before anybody reads', async () => {
  upstream.answer({ body: '[1, 2', headers: { 'content-length': '9' }, cut: true })
  const answer = await get()
  await sleep(100)
  await expect(readBody(answer.body, readJson, 1000)).rejects.toThrow()
})

it('sends nothing when its time has passed, and the connection serves the next call', async () => {
  upstream.answer({ body: '[]' })
  await expect(get(performance.now() - 1)).rejects.toBeInstanceOf(SentTooLateError)
  const answer = await get()
  expect(await readBody(answer.body, readJson, 1000)).toMatchObject({ value: [] })
  expect(upstream.arrivals).toHaveLength(1)
})
