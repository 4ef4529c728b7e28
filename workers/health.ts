import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import { InputError } from '../src/errors.ts'

/** What a worker process tells about itself; each question is asked anew for every request. */
export interface HealthAnswers {
  /** Names of what stands still; an orchestrator starts a process with any anew. */
  readonly stuck: () => readonly string[]
  /** Whether the services that it works on answer. */
  readonly isReady: () => Promise<boolean>
  readonly registry: Registry
}

export interface HealthServer extends AsyncDisposable {
  readonly url: string
}

type Answer = (response: ServerResponse) => void | Promise<void>

/**
 * `/livez`, `/readyz` and `/metrics` of a worker process. It has no keys: bind it where only the orchestrator and Prometheus
 * reach it. @throws InputError when the port is taken
 */
export async function serveHealth(
  { host, port }: { readonly host: string; readonly port: number },
  { stuck, isReady, registry }: HealthAnswers,
): Promise<HealthServer> {
  const answers: Readonly<Record<string, Answer>> = {
    '/livez'(response) {
      const queues = stuck()
      if (queues.length === 0) sendJson(response, 200, { status: 'live' })
      else sendJson(response, 503, { status: 'stuck', queues })
    },
    async '/readyz'(response) {
      const ready = await isReady()
      sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable' })
    },
    async '/metrics'(response) {
      response.setHeader('Content-Type', registry.contentType)
      response.end(await registry.metrics())
    },
  }
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0]!]
    if (answer === undefined) sendJson(response, 404, { status: 'unknown', paths: Object.keys(answers) })
    else void answer(response)
  })
  server.listen(port, host)
  await once(server, 'listening').catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(`TIDEGAUGE_WORKER_PORT: cannot listen on ${host}:${port} (${code})`, {
      cause: error,
    })
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}
