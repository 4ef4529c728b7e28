import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

export interface Arrival {
  /** Milliseconds of the epoch at which the request's headers had arrived. */
  readonly at: number
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: unknown
  /** Cuts the connection after the body. */
  readonly cut?: boolean
  /** Never answers. */
  readonly silent?: boolean
}

export interface Upstream {
  readonly url: string
  /** Every request that arrived, as the server counts them. */
  readonly arrivals: Arrival[]
  /** Answers are served one after the other; the last one stays. */
  readonly answer: (...answers: readonly Answer[]) => void
}

/** A local server that says what it is told and keeps the ledger. Closed after the file. */
export async function startUpstream(): Promise<Upstream> {
  const arrivals: Arrival[] = []
  let queue: Answer[] = [{ status: 500, body: 'Internal Error' }]
  const server = createServer((request, response) => {
    arrivals.push({ at: Date.now(), path: request.url ?? '', headers: request.headers })
    reply(response, queue.length > 1 ? queue.shift()! : queue[0]!)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    answer: (...answers) => {
      queue = [...answers]
      arrivals.length = 0
    },
  }
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer.silent === true) return
  const { body = '' } = answer
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  response.writeHead(answer.status ?? 200, answer.headers)
  const payload = isRaw ? body : JSON.stringify(body)
  if (answer.cut === true) response.write(payload, () => response.destroy())
  else response.end(payload)
}
