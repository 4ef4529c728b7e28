import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { pipeline, type Readable, type Duplex } from 'node:stream'
import { Agent, DecoratorHandler, errors, request, type Dispatcher } from 'undici'
import { header, type Headers } from './retry-after.ts'

/** Nothing was sent: between the admission and the first byte too much time had passed. */
export class SentTooLateError extends Error {
  override name = 'SentTooLateError'
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Decompressed; must be read to the end or destroyed. */
  readonly body: Readable
}

export interface Transport extends AsyncDisposable {
  /**
   * One GET, one HTTP call, no redirect and no retry.
   * @param sendBefore reading of `performance.now()` after which nothing is sent
   * @throws SentTooLateError, undici's errors, the signal's reason
   */
  readonly get: (
    url: URL,
    headers: Readonly<Record<string, string>>,
    limits: { readonly sendBefore: number; readonly signal: AbortSignal },
  ) => Promise<Answer>
}

/** @param timeoutMs for the connection, for the headers, and between two pieces of a body */
export function createTransport({ timeoutMs }: { timeoutMs: number }): Transport {
  const agent = new Agent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 30_000,
  })
  return {
    get: async (url, headers, { sendBefore, signal }) => {
      const dispatcher = agent.compose(sendOnceBefore(sendBefore))
      const answer = await request(url, {
        dispatcher,
        signal,
        headers: { 'accept-encoding': 'gzip, br', ...headers },
      })
      const body = decompressed(answer.body, header(answer.headers, 'content-encoding'))
      // A body that breaks before anybody reads it must not end the process; the reader is told when it comes.
      body.on('error', () => undefined)
      return { status: answer.statusCode, headers: answer.headers, body }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

/**
 * A connection may take longer to open than an admission lasts. This refuses the request at the last moment, when the
 * connection stands and before the first byte, so that the budget is kept as the server counts it; the open connection
 * serves the next try. Nor may the client library send the same request again on its own.
 */
function sendOnceBefore(sendBefore: number): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => dispatch(options, new SendOnceHandler(handler, sendBefore))
}

class SendOnceHandler extends DecoratorHandler {
  readonly #inner: Dispatcher.DispatchHandler
  readonly #sendBefore: number
  #started = false

  constructor(handler: Dispatcher.DispatchHandler, sendBefore: number) {
    super(handler)
    this.#inner = handler
    this.#sendBefore = sendBefore
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#inner.onRequestStart?.(controller, context)
    if (this.#started) throw new errors.SocketError('The connection broke while the request was under way')
    if (performance.now() > this.#sendBefore)
      throw new SentTooLateError('The admission ran out before the call was sent')
    this.#started = true
  }
}

function decompressed(body: Readable, encoding: string | null): Readable {
  const decoder = decoderOf(encoding?.trim().toLowerCase() ?? '')
  if (decoder === null) return body
  // Errors of either side end the reading of the other; the reader sees them on the decoder.
  return pipeline(body, decoder, () => undefined)
}

function decoderOf(encoding: string): Duplex | null {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    case 'deflate':
      return createInflate()
    default:
      return null
  }
}
