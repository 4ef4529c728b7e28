import type { SourceName } from '../../domain/market.ts'
import type { Parsed, RefusalReason, RefusedRow } from '../fetched.ts'

/** A body can be millions of bad rows; this many are kept to look at, all are counted. */
export const maxRefusedRows = 1000

/** Collects what a parser does not believe. */
export class Refusals {
  readonly #source: SourceName
  readonly #endpoint: string
  readonly #rows: RefusedRow[] = []
  readonly #counts: Partial<Record<RefusalReason, number>> = {}

  constructor(source: SourceName, endpoint: string) {
    this.#source = source
    this.#endpoint = endpoint
  }

  refuse(key: unknown, reason: RefusalReason, row: unknown): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1
    if (this.#rows.length >= maxRefusedRows) return
    this.#rows.push({
      source: this.#source,
      endpoint: this.#endpoint,
      key: typeof key === 'string' || typeof key === 'number' ? String(key).slice(0, 200) : '',
      reason,
      sample: boundedSample(row),
    })
  }

  /** The rows that were believed, with what was not. */
  beside<Row>(rows: readonly Row[]): Parsed<Row> {
    return { rows, refused: this.#rows, refusedCounts: this.#counts }
  }
}

const sampleEntries = 12
const sampleText = 60

/** A value cut down so that its JSON stays near 1,000 characters, without writing out the whole of it first. */
export function boundedSample(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, sampleEntries).map(brief)
  if (typeof value !== 'object' || value === null) return brief(value)
  const entries: [string, unknown][] = []
  for (const key in value) {
    if (entries.length === sampleEntries) break
    entries.push([key.slice(0, sampleText), brief((value as Record<string, unknown>)[key])])
  }
  return Object.fromEntries(entries)
}

function brief(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, sampleText)
  if (Array.isArray(value)) return `[${value.length} entries]`
  return typeof value === 'object' && value !== null ? '{…}' : value
}
