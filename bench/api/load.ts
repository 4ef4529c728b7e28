import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Call {
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface LoadOrder {
  readonly host: string
  readonly port: number
  readonly connections: number
  /** Sent in this order, over and over. */
  readonly calls: readonly Call[]
  readonly ms: number
  /** No more than so many requests. */
  readonly total?: number
  /** Without it every connection is always busy. */
  readonly perSecond?: number
}

/** Times are from when a request was due to its last byte, in ms. */
export interface LoadResult {
  readonly requests: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

const connections = 16

/** What is asked of one server, from a process of its own. */
export interface LoadClient extends AsyncDisposable {
  load(calls: readonly Call[], order: Pick<LoadOrder, 'ms' | 'total' | 'perSecond'>): Promise<LoadResult>
}

export function openLoadClient(url: string, headers: Readonly<Record<string, string>> = {}): LoadClient {
  const { hostname: host, port } = new URL(url)
  const child = fork(join(import.meta.dirname, 'load-client.js'))
  return {
    async load(calls, order) {
      const withHeaders = calls.map((call) => ({ ...call, headers: { ...headers, ...call.headers } }))
      const sent: LoadOrder = { host, port: Number(port), connections, calls: withHeaders, ...order }
      child.send(sent)
      const done = new AbortController()
      const ended = once(child, 'exit', { signal: done.signal }).then(() => {
        throw new Error(`The load client of ${url} has ended`)
      })
      const [result] = (await Promise.race([once(child, 'message', { signal: done.signal }), ended])) as [
        LoadResult,
      ]
      ended.catch(() => undefined)
      done.abort()
      return result
    },
    async [Symbol.asyncDispose]() {
      child.disconnect()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
