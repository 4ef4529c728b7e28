import { InputError } from '../../errors.ts'
import type { FetchContext, Fetched, Parsed } from '../fetched.ts'
import type { BodyReader } from './body.ts'
import type { Refusal, Target } from './failure.ts'
import { gatedCall, type Gate } from './gated-call.ts'
import { conditionalHeaders, validatorsOf, type Validators, type ValidatorStore } from './validators.ts'

/** What all calls of all sources share. */
export interface Station extends Gate {
  /** The data's clock: tells a point of the future from one of today. */
  readonly clock: () => Date
  readonly validators: ValidatorStore
  readonly userAgent: string
}

export interface RowsCall<Row> extends Target {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly maxBytes: number
  readonly refusal: Refusal
  /** Reads and parses the body. @param now milliseconds of the epoch */
  readonly read: (chunks: Parameters<BodyReader<unknown>>[0], now: number) => Promise<Parsed<Row>>
}

/** One endpoint's rows, conditionally where the caller allows it. @throws as `gatedCall` */
export async function fetchRows<Row>(
  station: Station,
  call: RowsCall<Row>,
  context: FetchContext,
): Promise<Fetched<Row>> {
  const fetchedAt = station.clock()
  const known = context.onlyIfChanged === true ? await station.validators.read(call.url.href) : null
  if (known !== null && known.freshUntil > Date.now()) return notModified(fetchedAt, known)
  const reply = await gatedCall(
    station,
    {
      ...call,
      headers: {
        accept: 'application/json',
        'user-agent': station.userAgent,
        ...call.headers,
        ...(known === null ? {} : conditionalHeaders(known)),
      },
      read: (chunks) => call.read(chunks, fetchedAt.getTime()),
    },
    context,
  )
  if (reply.outcome === 'ok') {
    const { value, contentHash } = reply.body
    const validators = validatorsOf(reply.headers, contentHash, Date.now())
    const markStored = (): Promise<void> => station.validators.write(call.url.href, validators)
    return { ...value, notModified: false, fetchedAt, contentHash, markStored }
  }
  if (known === null) throw new InputError(`${call.endpoint}: 304 to a call that named no condition`)
  return notModified(fetchedAt, known)
}

function notModified<Row>(fetchedAt: Date, { contentHash }: Validators): Fetched<Row> {
  const markStored = (): Promise<void> => Promise.resolve()
  return { rows: [], refused: [], refusedCounts: {}, notModified: true, fetchedAt, contentHash, markStored }
}
