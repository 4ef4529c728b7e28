import { createTidegaugeClient, type TidegaugeClient } from '../client/client.ts'
import type { Config } from '../config.ts'
import { CommandError, exitCodes } from './exit-codes.ts'
import { addressesOf } from './surroundings.ts'

/** The client, and what its answers are unpacked with. */
export interface Api {
  readonly client: TidegaugeClient
  /** What was asked for. @throws CommandError in the API's own words; 3 where nobody answers */
  answer<T>(request: Promise<Answered<T>>): Promise<T>
}

interface Answered<T> {
  readonly data?: T
  readonly error?: unknown
  readonly response: Response
}

export function openApi(config: Config): Api {
  const { apiUrl } = addressesOf(config)
  return {
    client: createTidegaugeClient({ baseUrl: apiUrl, apiKey: config.client.apiKey }),
    async answer(request) {
      const { data, error, response } = await request.catch((cause: unknown) => {
        throw unreachable(apiUrl, cause)
      })
      if (data === undefined) throw refusal(response, error)
      return data
    },
  }
}

function unreachable(url: string, cause: unknown): CommandError {
  const { code, message } = ((cause as Error).cause ?? cause) as { code?: string; message: string }
  return new CommandError(
    `No Tidegauge answers at ${url} (${code ?? message}): start it with "npm start", or give its address in TIDEGAUGE_URL`,
    exitCodes.unreachable,
    { cause },
  )
}

/** A problem of the API (RFC 9457) as one sentence. */
function refusal({ status, statusText }: Response, error: unknown): CommandError {
  const { detail } = (error ?? {}) as { detail?: string }
  const advice =
    status === 401 || status === 403
      ? '; give one in TIDEGAUGE_API_KEY ("tidegauge keys create" makes it)'
      : ''
  return new CommandError(`${detail ?? `The API answers ${status} ${statusText}`}${advice}`)
}
