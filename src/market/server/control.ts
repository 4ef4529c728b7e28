import type { IncomingMessage } from 'node:http'
import { isoDate } from '../../domain/calendar.ts'
import { sourceNames, type SourceName } from '../../domain/market.ts'
import type { Dataset } from '../dataset.ts'
import type { AsOf } from './as-of.ts'
import { FaultPlanError, type FaultPlan } from './faults.ts'
import type { Ledger } from './ledger.ts'
import { jsonReply, textReply, type Reply } from './reply.ts'

/** More than any fault plan needs. */
const maxBodyBytes = 1e6

/** The paths under `/market`, which no upstream has: where the market stands, its ledger and its faults. */
export interface Control {
  answer(request: IncomingMessage, url: URL): Promise<Reply>
}

export interface ControlOptions {
  readonly dataset: Dataset
  readonly mode: 'replay' | 'simulate'
  readonly speedSecondsPerDay?: number | undefined
  readonly asOf: () => AsOf
  readonly ledger: Ledger
  readonly faults: FaultPlan
}

export function createControl(options: ControlOptions): Control {
  const { ledger, faults } = options
  const answers: Readonly<Record<string, (request: IncomingMessage, url: URL) => Reply | Promise<Reply>>> = {
    'GET /market': () => jsonReply(describeMarket(options)),
    'GET /market/ledger': (_, url) => describeLedger(ledger, url.searchParams),
    'DELETE /market/ledger': () => {
      ledger.clear()
      return noContent
    },
    'GET /market/faults': () => jsonReply(faults.describe()),
    'PUT /market/faults': (request) => replaceFaults(request, faults),
    'DELETE /market/faults': () => {
      faults.replace({ faults: [] })
      return noContent
    },
  }
  return {
    answer: async (request, url) =>
      (await answers[`${request.method ?? ''} ${url.pathname}`]?.(request, url)) ??
      textReply(404, `The market has ${Object.keys(answers).join(', ')}`),
  }
}

const noContent: Reply = { status: 204, headers: {}, body: '' }

/** What the product's data clock reads. */
function describeMarket({ dataset, mode, speedSecondsPerDay, asOf }: ControlOptions): object {
  const isDeFi = (category: string | null): boolean => category !== 'CEX' && category !== 'Chain'
  return {
    mode,
    as_of: new Date(asOf().instantMs).toISOString(),
    first_date: isoDate(dataset.firstDay),
    last_date: isoDate(dataset.lastDay),
    protocols: dataset.protocols.filter(({ category }) => isDeFi(category)).length,
    ...(dataset.groundTruth ? { seed: dataset.groundTruth.seed } : {}),
    speed_seconds_per_day: speedSecondsPerDay ?? null,
  }
}

/** Per API the calls, and the most in any window of `window_ms` (60,000); with `entries=<api>` each call of it. */
function describeLedger(ledger: Ledger, query: URLSearchParams): Reply {
  const windowMs = Number(query.get('window_ms') ?? 60_000)
  if (!(windowMs > 0)) return problem([{ field: 'window_ms', message: 'expected a positive number' }])
  const listed = query.get('entries')
  if (listed !== null && !isSourceName(listed))
    return problem([{ field: 'entries', message: `expected one of ${sourceNames.join(', ')}` }])
  const summaries = sourceNames.map((api) => [
    api,
    { calls: ledger.entries(api).length, max_in_window: ledger.maxInWindow(api, windowMs) },
  ])
  return jsonReply({
    window_ms: windowMs,
    ...Object.fromEntries(summaries),
    ...(listed === null ? {} : { entries: ledger.entries(listed) }),
  })
}

async function replaceFaults(request: IncomingMessage, faults: FaultPlan): Promise<Reply> {
  const text = await readBody(request)
  if (text === null) return problem([{ field: '(body)', message: `expected at most ${maxBodyBytes} bytes` }])
  try {
    faults.replace(JSON.parse(text))
  } catch (error) {
    if (error instanceof FaultPlanError) return problem(error.errors)
    if (error instanceof SyntaxError) return problem([{ field: '(body)', message: error.message }])
    throw error
  }
  return jsonReply(faults.describe())
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > maxBodyBytes) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}

function problem(errors: readonly { readonly field: string; readonly message: string }[]): Reply {
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
  return jsonReply({ title: 'Bad Request', status: 400, detail, errors }, 400, {
    'content-type': 'application/problem+json',
  })
}

function isSourceName(name: string): name is SourceName {
  return (sourceNames as readonly string[]).includes(name)
}
