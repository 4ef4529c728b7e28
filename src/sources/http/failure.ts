import type { SourceName } from '../../domain/market.ts'
import { UpstreamError, type UpstreamErrorKind } from '../source-errors.ts'
import { BodyTooLargeError, MalformedBodyError } from './body.ts'

/** Where a call goes, for messages and metrics. */
export interface Target {
  readonly source: SourceName
  /** The endpoint's name, never the URL: it may hold a key. */
  readonly endpoint: string
}

/** An answer's own way of saying no: the kind, or null when the body is data after all. */
export type Refusal = (status: number, body: string) => UpstreamErrorKind | null

/** What a status means when the source has no word of its own for it. */
export function kindOfStatus(status: number): UpstreamErrorKind {
  switch (status) {
    case 401:
    case 403:
      return 'unauthorised'
    case 402:
      return 'paid-only'
    case 404:
    case 410:
      return 'not-found'
    case 408:
      return 'timeout'
    case 429:
      return 'rate-limited'
    default:
      return status >= 400 && status < 500 ? 'rejected' : 'unavailable'
  }
}

/**
 * An error of the network, of the body or of its shape as an `UpstreamError`; null for anything else (a fault of this
 * program, or an abort that the caller wanted), which must not be dressed up.
 */
export function asUpstreamError(target: Target, error: unknown): UpstreamError | null {
  if (error instanceof UpstreamError) return error
  if (!(error instanceof Error)) return null
  const kind = kindOfError(error)
  return kind === null ? null : new UpstreamError({ ...target, kind }, error.message, { cause: error })
}

function kindOfError(error: Error): UpstreamErrorKind | null {
  if (error instanceof BodyTooLargeError) return 'too-large'
  if (error instanceof MalformedBodyError) return 'malformed'
  if (error.name === 'TimeoutError') return 'timeout'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'timeout'
  if (malformedCodes.test(code)) return 'malformed'
  return networkCodes.test(code) ? 'unavailable' : null
}

/** zlib's, Brotli's and the HTTP parser's. */
const malformedCodes = /^(Z_|ERR__ERROR_|HPE_)/
const networkCodes =
  /^(UND_ERR_|E(CONN|HOST|NET|AI_|NOTFOUND|PIPE|PROTO|ADDR)|ERR_(SSL|TLS|STREAM)|CERT_|DEPTH_|SELF_|UNABLE_)/
