import { ErrorBodyError } from '../http/body.ts'
import { kindOfStatus } from '../http/failure.ts'
import { isRecord } from '../parsing/envelope.ts'
import type { UpstreamErrorKind } from '../source-errors.ts'

/** CoinGecko's code for "more than 365 days of history", which are on the paid plans. */
export const historyIsPaid = 10_012

/** CoinGecko also sends its errors with status 200. Gives back a body that is none. @throws ErrorBodyError */
export function withoutError(body: unknown): unknown {
  if (!isRecord(body)) return body
  const error = isRecord(body['error']) ? body['error'] : body
  const status = isRecord(error['status']) ? error['status'] : null
  const message = status?.['error_message'] ?? body['error']
  if (message === undefined) return body
  throw new ErrorBodyError(kindOfErrorCode(status?.['error_code']), JSON.stringify(message))
}

function kindOfErrorCode(code: unknown): UpstreamErrorKind {
  if (code === historyIsPaid) return 'paid-only'
  if (typeof code !== 'number') return 'unavailable'
  return code >= 10_000 ? 'unauthorised' : kindOfStatus(code)
}
