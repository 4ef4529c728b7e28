import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** An answer, before it is known how it travels. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Smaller bodies do not gain from compression. */
const compressFromBytes = 1024
const compress = promisify(gzip)

export function jsonReply(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}

export function textReply(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body }
}

/** Sends the answer compressed where the client takes it, or only 304 where the client has it. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): Promise<void> {
  const headers: Record<string, string> = { ...reply.headers }
  if (reply.status === 200) {
    headers['etag'] = `W/"${createHash('sha1').update(reply.body).digest('base64url')}"`
    headers['cache-control'] = 'public, max-age=0'
    if (request.headers['if-none-match'] === headers['etag']) {
      response.writeHead(304, headers).end()
      return
    }
  }
  let body = Buffer.from(reply.body)
  if (body.length >= compressFromBytes && takesGzip(request)) {
    body = await compress(body, { level: 1 })
    headers['content-encoding'] = 'gzip'
  }
  headers['vary'] = 'accept-encoding'
  response.writeHead(reply.status, { ...headers, 'content-length': body.length }).end(body)
}

function takesGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
}
