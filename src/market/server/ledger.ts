import type { SourceName } from '../../domain/market.ts'

/** A request as it arrived, and what became of it. */
export interface LedgerEntry {
  /** The market server's clock, milliseconds. */
  readonly at: number
  readonly api: SourceName
  /** Path and query behind the API's base. */
  readonly path: string
  /** Null until answered, and for a request that was left hanging. */
  status: number | null
  /** The kind of fault that was played, if any. */
  fault: string | null
}

/**
 * Every request in order of arrival, refused and failed ones too: the witness of rate limits, outside the
 * product. The oldest are dropped beyond the capacity.
 */
export interface Ledger {
  record(at: number, api: SourceName, path: string): LedgerEntry
  entries(api: SourceName): readonly LedgerEntry[]
  /** The most calls that any window [t, t + windowMs) saw. */
  maxInWindow(api: SourceName, windowMs: number): number
  /** How many arrived in the last `windowMs` up to `at`. */
  countSince(api: SourceName, at: number, windowMs: number): number
  clear(): void
}

export function createLedger(capacity = 200_000): Ledger {
  const byApi: Record<SourceName, LedgerEntry[]> = { coingecko: [], defillama: [] }
  return {
    record(at, api, path) {
      const entries = byApi[api]
      const entry: LedgerEntry = { at, api, path, status: null, fault: null }
      entries.push(entry)
      // Dropping in bulk keeps the cost per call constant.
      if (entries.length > 2 * capacity) entries.splice(0, entries.length - capacity)
      return entry
    },
    entries: (api) => byApi[api].slice(-capacity),
    maxInWindow(api, windowMs) {
      const entries = byApi[api]
      let most = 0
      for (let first = 0, last = 0; last < entries.length; last++) {
        while (entries[last]!.at - entries[first]!.at >= windowMs) first++
        most = Math.max(most, last - first + 1)
      }
      return most
    },
    countSince(api, at, windowMs) {
      const entries = byApi[api]
      let count = 0
      while (count < entries.length && entries[entries.length - 1 - count]!.at > at - windowMs) count++
      return count
    },
    clear() {
      byApi.coingecko.length = 0
      byApi.defillama.length = 0
    },
  }
}
