import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, it } from 'vitest'
import { catalogueBody, longProtocolBody } from '../../bench/collection/large-bodies.ts'
import { context, startStation } from './support/station.ts'

const { another } = await startStation()

const server = createServer((request, response) => {
  void (async () => {
    const chunks = request.url === '/protocols' ? [catalogueBody(6500)] : longProtocolBody(60 * 2 ** 20)
    for (const chunk of chunks)
      if (!response.write(chunk)) await new Promise((drained) => response.once('drain', drained))
    response.end()
  })()
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
afterAll(() => server.close())
const defillamaUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

it('reads a catalogue of 6,500 protocols and 11 MB well under 3 s', async () => {
  const started = performance.now()
  const { rows, refused } = await another({ defillamaUrl }).defillama.protocols(context())
  expect(performance.now() - started).toBeLessThan(3000)
  expect(rows).toHaveLength(6500)
  expect(refused).toEqual([])
})

it('reads the series out of a 60 MB /protocol body in bounded memory', async () => {
  let peak = 0
  const before = process.memoryUsage().rss
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss - before)), 5)
  const { rows } = await another({ defillamaUrl, timeoutMs: 20_000 }).defillama.protocol('large', context())
  clearInterval(watch)
  expect(rows).toHaveLength(2000)
  // The client and the server in this process together; parsing the whole takes more than 400 MB.
  expect(peak).toBeLessThan(150 * 2 ** 20)
})
