import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Random } from '../../../models/random.ts'
import type { SourceName } from '../../domain/market.ts'
import type { Fault, FaultKind } from './faults.ts'
import { rateLimitBody, tooManyRequests } from './rate-limits.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'
import { spoilNumbers, spoilWithNaN } from './spoilt-json.ts'

/** An answer that is no whole reply: written byte by byte, cut, or never given. */
export interface RawAnswer {
  /** Null where not even a status is sent. */
  readonly status: number | null
  write(response: ServerResponse): Promise<void> | void
}

interface Scene {
  readonly fault: Fault
  readonly api: SourceName
  /** What would have been answered. */
  readonly reply: Reply
  readonly random: Random
  readonly nowMs: number
}

/** Plays a fault in place of the reply. */
export function playFault(scene: Scene): Reply | RawAnswer {
  return plays[scene.fault.kind](scene)
}

const plays: Readonly<Record<FaultKind, (scene: Scene) => Reply | RawAnswer>> = {
  'bad-numbers': ({ reply, random, fault }) => ({
    ...reply,
    body: spoilNumbers(reply.body, random, fault.share),
  }),
  'cut-connection': ({ reply }) => ({
    status: reply.status,
    write: (response) => cutMidway(response, reply),
  }),
  'error-in-200': ({ api }) =>
    api === 'defillama' ? textReply(200, 'Internal Error') : jsonReply({ error: 'Internal Server Error' }),
  'forbidden-html': () => htmlReply(403, 'Attention Required! | Cloudflare'),
  garbage: ({ reply, random }) => ({
    ...reply,
    body: Array.from({ length: 2000 }, () => String.fromCharCode(33 + random.below(900))).join(''),
  }),
  hang: () => ({ status: null, write: () => undefined }),
  'hang-midway': ({ reply }) => ({
    status: reply.status,
    write: (response) => startAndStop(response, reply),
  }),
  html: () => htmlReply(200, 'Just a moment...'),
  'huge-body': ({ reply, fault }) => ({
    status: reply.status,
    write: (response) => writeHuge(response, reply, fault.bytes),
  }),
  'nan-literal': ({ reply, random, fault }) => ({
    ...reply,
    body: spoilWithNaN(reply.body, random, fault.share),
  }),
  'payment-required': () => textReply(402, 'Upgrade to the paid API plan at https://defillama.com/pricing'),
  'rate-limit-date': ({ api, nowMs, fault }) =>
    tooManyRequests(api, { 'retry-after': new Date(nowMs + 1000 * fault.retry_after_seconds).toUTCString() }),
  'rate-limit-html': ({ fault }) => ({
    ...htmlReply(429, '429 Too Many Requests'),
    headers: { 'content-type': 'text/html', 'retry-after': String(fault.retry_after_seconds) },
  }),
  'rate-limit-in-200': () => jsonReply(rateLimitBody),
  'rate-limit-reset': ({ api, nowMs, fault }) =>
    tooManyRequests(api, { 'x-ratelimit-reset': resetTime(nowMs + 1000 * fault.retry_after_seconds) }),
  'rate-limit-seconds': ({ api, fault }) =>
    tooManyRequests(api, { 'retry-after': String(fault.retry_after_seconds) }),
  'server-error': ({ api }) =>
    api === 'defillama'
      ? textReply(500, 'Internal Error')
      : jsonReply({ status: { error_code: 500, error_message: 'Internal Server Error' } }, 500),
  'truncated-json': ({ reply, random }) => ({
    ...reply,
    body: reply.body.slice(0, 1 + random.below(Math.max(1, reply.body.length - 1))),
  }),
}

function htmlReply(status: number, title: string): Reply {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body }
}

/** As CoinGecko writes it: `2026-03-09 03:28:00 +0000`. */
function resetTime(ms: number): string {
  return `${new Date(Math.ceil(ms / 1000) * 1000).toISOString().slice(0, 19).replace('T', ' ')} +0000`
}

/** Announces the whole body, sends half of it and drops the connection. */
function cutMidway(response: ServerResponse, { status, headers, body }: Reply): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
}

/** Sends half of the body and then nothing any more. */
function startAndStop(response: ServerResponse, { status, headers, body }: Reply): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length >> 1))
}

/**
 * Puts `bytes` of valid JSON before the real body: in an object the token breakdown that makes real bodies
 * huge, else white space. Streamed, so that the server itself stays small.
 */
async function writeHuge(
  response: ServerResponse,
  { status, headers, body }: Reply,
  bytes: number,
): Promise<void> {
  response.writeHead(status, headers)
  await pipeline(Readable.from(hugeChunks(body, bytes)), response)
}

function* hugeChunks(body: string, bytes: number): Generator<string> {
  const isObject = body.startsWith('{')
  const point = '{"date":1650000000,"tokens":{"USDC":1234567.891,"WETH":7654321.987,"DAI":31415926.53}},'
  const filler = isObject ? point.repeat(700) : ' '.repeat(65_536)
  if (isObject) yield '{"tokensInUsd":['
  for (let sent = 0; sent < bytes; sent += filler.length) yield filler
  yield isObject ? `{}],${body.slice(1)}` : body
}
