import { setTimeout as sleep } from 'node:timers/promises'
import type { SourceName } from '../../domain/market.ts'
import type { Admission, Lane, Verdict } from '../admission/admission.ts'
import type { FetchContext } from '../fetched.ts'
import { BudgetWaitError, UpstreamError, type UpstreamErrorKind } from '../source-errors.ts'
import { discard, ErrorBodyError, readBody, readExcerpt, type BodyReader, type ReadBody } from './body.ts'
import { asUpstreamError, kindOfStatus, type Refusal, type Target } from './failure.ts'
import { fullJitterMs, header, requestedWaitMs, type Headers } from './retry-after.ts'
import { SentTooLateError, type Answer, type Transport } from './transport.ts'

/** One HTTP call that was made, for metrics. */
export interface CallEvent {
  readonly source: SourceName
  readonly endpoint: string
  readonly lane: Lane
  /** Null when no answer came. */
  readonly status: number | null
  readonly outcome: 'ok' | 'not-modified' | 'redirected' | UpstreamErrorKind
  readonly durationMs: number
  readonly bytes: number
}

export interface SourcesLog {
  readonly warn: (data: object, message: string) => void
}

export interface Gate {
  readonly admission: Admission
  readonly transport: Transport
  readonly timeoutMs: number
  readonly random: () => number
  readonly onCall: (event: CallEvent) => void
  readonly log: SourcesLog
}

export interface Call<T> extends Target {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
  readonly refusal: Refusal
  readonly read: BodyReader<T>
}

/** What came of a logical call that did not fail. */
export type Reply<T> =
  | { readonly outcome: 'ok'; readonly headers: Headers; readonly body: ReadBody<T> }
  | { readonly outcome: 'not-modified'; readonly headers: Headers }
type Exchange<T> = Reply<T> | { readonly outcome: 'redirected'; readonly location: URL }
type Admitted = Extract<Verdict, { admitted: true }>

const maxAttempts = 3
const maxRedirects = 3
const backoffBaseMs = 500
const backoffCapMs = 60_000
/** A body may take this many time-outs in all, however steadily it trickles. */
const bodyTimeouts = 4

/**
 * Makes one logical call: asks for admission before every HTTP call, retries what may pass (three times, with full
 * jitter), follows redirects by hand, and tells the admission what came of it.
 * @throws BudgetWaitError when the next call must wait too long, UpstreamError when it is no use, the signal's reason
 */
export async function gatedCall<T>(gate: Gate, call: Call<T>, context: FetchContext): Promise<Reply<T>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce(gate, call, context)
    } catch (error) {
      if (!(error instanceof UpstreamError) || !error.isPassing) throw error
      const backoffMs = fullJitterMs(attempt, backoffBaseMs, backoffCapMs, gate.random)
      if (attempt === maxAttempts) throw error
      // A source that said how long to wait is already paused for everyone; the admission will tell.
      if (error.retryAfterMs === null) await sleep(backoffMs, undefined, { signal: context.signal })
    }
  }
}

/** One try, with the redirects that it takes. */
async function attemptOnce<T>(gate: Gate, call: Call<T>, context: FetchContext): Promise<Reply<T>> {
  let url = call.url
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const result = await exchange(gate, { ...call, url }, context)
    if (result.outcome !== 'redirected') return result
    url = result.location
  }
  throw new UpstreamError({ ...call, kind: 'unavailable' }, `more than ${maxRedirects} redirects`)
}

/** One HTTP call; an admission that ran out before the first byte is returned, and asked for anew. */
async function exchange<T>(gate: Gate, call: Call<T>, context: FetchContext): Promise<Exchange<T>> {
  for (;;) {
    const admission = await admitted(gate.admission, call.source, context)
    try {
      return await send(gate, call, context, admission)
    } catch (error) {
      if (!(error instanceof SentTooLateError)) throw error
      await gate.admission.giveBack(call.source, admission.slot)
    }
  }
}

/** Sleeps through short waits. @throws BudgetWaitError for a long one */
async function admitted(
  admission: Admission,
  source: SourceName,
  { lane, signal, ticket, maxWaitMs = 1500 }: FetchContext,
): Promise<Admitted> {
  for (;;) {
    signal.throwIfAborted()
    const verdict = await admission.ask({ source, lane, ticket: ticket ?? null })
    if (verdict.admitted) return verdict
    if (verdict.waitMs > maxWaitMs) throw new BudgetWaitError(source, verdict.waitMs, verdict.reason)
    await sleep(verdict.waitMs, undefined, { signal })
  }
}

/** Sends one request, reads the answer to its end and reports what came of it. */
async function send<T>(
  gate: Gate,
  call: Call<T>,
  context: FetchContext,
  { slot, askedAt, sendBefore }: Admitted,
): Promise<Exchange<T>> {
  const { admission, transport } = gate
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(gate.timeoutMs * bodyTimeouts)])
  const started = performance.now()
  const report = (status: number | null, outcome: CallEvent['outcome'], bytes: number): void => {
    const { source, endpoint } = call
    const durationMs = performance.now() - started
    gate.onCall({ source, endpoint, lane: context.lane, status, outcome, bytes, durationMs })
  }
  try {
    const answer = await transport
      .get(call.url, call.headers, { sendBefore, signal })
      .finally(() => admission.settle(call.source, slot, performance.now() - askedAt))
    const result = await receive(call, answer)
    report(answer.status, result.outcome, result.outcome === 'ok' ? result.body.bytes : 0)
    await admission.reportSuccess(call.source)
    return result
  } catch (error) {
    context.signal.throwIfAborted()
    const upstream = asUpstreamError(call, error)
    if (upstream === null) throw error
    report(upstream.status, upstream.kind, 0)
    gate.log.warn({ err: upstream, source: call.source, endpoint: call.endpoint }, 'upstream call failed')
    await (upstream.sourceIsAlive
      ? admission.reportSuccess(call.source)
      : admission.reportFailure(call.source, upstream))
    throw upstream
  }
}

async function receive<T>(call: Call<T>, { status, headers, body }: Answer): Promise<Exchange<T>> {
  if (status === 304) {
    discard(body)
    return { outcome: 'not-modified', headers }
  }
  if (status >= 300 && status < 400) {
    discard(body)
    return { outcome: 'redirected', location: redirectTarget(call, header(headers, 'location')) }
  }
  if (status !== 200) {
    const excerpt = await readExcerpt(body)
    throw refused(call, status, headers, call.refusal(status, excerpt) ?? kindOfStatus(status), excerpt)
  }
  try {
    return { outcome: 'ok', headers, body: await readBody(body, call.read, call.maxBytes) }
  } catch (error) {
    if (error instanceof ErrorBodyError) throw refused(call, status, headers, error.kind, error.message)
    throw error
  }
}

function refused<T>(
  call: Call<T>,
  status: number,
  headers: Headers,
  kind: UpstreamErrorKind,
  excerpt: string,
): UpstreamError {
  const retryAfterMs = requestedWaitMs(headers, Date.now())
  const said = excerpt.replace(/\s+/g, ' ').trim().slice(0, 160)
  return new UpstreamError({ ...call, kind, status, retryAfterMs }, `HTTP ${status}, ${JSON.stringify(said)}`)
}

/** Another host never learns our key, and never becomes a way into the network that this process stands in. */
function redirectTarget(call: Target & { readonly url: URL }, location: string | null): URL {
  const target =
    location !== null && URL.canParse(location, call.url.href) ? new URL(location, call.url) : null
  const sameSite = target?.hostname === call.url.hostname && target.port === call.url.port
  if (
    target === null ||
    !sameSite ||
    !(target.protocol === call.url.protocol || target.protocol === 'https:')
  ) {
    const where = JSON.stringify(location?.slice(0, 100) ?? null)
    throw new UpstreamError({ ...call, kind: 'rejected' }, `refused a redirect to ${where}: another host`)
  }
  return target
}
