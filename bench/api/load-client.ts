import { connect, type Socket } from 'node:net'
import type { LoadOrder, LoadResult } from './load.ts'

// A process of its own, so that the client's work is not counted as the server's waiting. Requests are ready-made bytes over
// kept connections, one at a time on each: an HTTP library would take as much of the machine as the server does.

const headEnd = Buffer.from('\r\n\r\n')

/** One kept connection; answers must have a Content-Length or be chunked. */
class Connection {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #answered: (status: number) => void = () => undefined

  constructor({ host, port }: LoadOrder) {
    this.#socket = connect({ host, port, noDelay: true })
    this.#socket.on('data', (bytes) => this.#take(bytes))
    this.#socket.on('error', (error) => {
      throw error
    })
  }

  send(request: Buffer): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
    const headLength = this.#received.indexOf(headEnd) + headEnd.length
    if (headLength < headEnd.length) return
    const head = this.#received.toString('latin1', 0, headLength)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    const isWhole =
      length === undefined
        ? this.#received.subarray(-7).toString('latin1').endsWith('\r\n0\r\n\r\n')
        : this.#received.length >= headLength + Number(length)
    if (!isWhole) return
    this.#received = Buffer.alloc(0)
    this.#answered(Number(head.slice(9, 12)))
  }
}

function toBytes(
  { host, port }: LoadOrder,
  { path, method = 'GET', headers = {}, body }: LoadOrder['calls'][number],
) {
  const lines = Object.entries({ host: `${host}:${port}`, 'accept-encoding': 'gzip', ...headers })
  if (body !== undefined) lines.push(['content-length', String(Buffer.byteLength(body))])
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n${body ?? ''}`)
}

async function carryOut(order: LoadOrder): Promise<LoadResult> {
  const requests = order.calls.map((call) => toBytes(order, call))
  const connections = Array.from({ length: order.connections }, () => new Connection(order))
  const total = order.total ?? Infinity
  const times: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + order.ms
  let next = 0
  await Promise.all(
    connections.map(async (connection) => {
      while (next < total && performance.now() < endsAt) {
        const index = next++
        // At a given rate a request counts from the moment at which it was due, also where no connection was free then.
        const dueAt =
          order.perSecond === undefined ? performance.now() : startedAt + (index * 1000) / order.perSecond
        const wait = dueAt - performance.now()
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
        const status = await connection.send(requests[index % requests.length]!)
        if (status >= 300) throw new Error(`${order.calls[index % requests.length]!.path} answered ${status}`)
        times.push(performance.now() - dueAt)
      }
    }),
  )
  const ms = performance.now() - startedAt
  for (const connection of connections) connection.close()
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(times.length * share)]!
  return { requests: times.length, perSecond: (times.length * 1000) / ms, p50: at(0.5), p99: at(0.99) }
}

process.on('message', (order: LoadOrder) => {
  void carryOut(order).then((result) => process.send!(result))
})
