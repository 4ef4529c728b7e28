/** Header values by lower-case name, as undici gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

export function header(headers: Headers, name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** No upstream may silence collection for longer than this at a time. */
const longestPauseMs = 3_600_000

/**
 * How long the upstream asks to wait, in ms: `Retry-After` in seconds or as a date (RFC 9110), else
 * `x-ratelimit-reset` as `2026-03-09 03:28:00 +0000`, ISO or unix seconds. Null when it does not say.
 * Dates are read against the answer's own `Date` header, so that a wrong clock here does not matter.
 */
export function requestedWaitMs(headers: Headers, wallClock: number): number | null {
  const now = instant(header(headers, 'date')) ?? wallClock
  const asked =
    waitOf(header(headers, 'retry-after'), now) ??
    difference(instant(header(headers, 'x-ratelimit-reset')), now)
  return asked === null ? null : Math.min(longestPauseMs, Math.max(0, asked))
}

function waitOf(text: string | null, now: number): number | null {
  if (text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text) * 1000
  return difference(instant(text), now)
}

function difference(until: number | null, now: number): number | null {
  return until === null ? null : until - now
}

function instant(text: string | null): number | null {
  if (text === null) return null
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1000
  // `2026-03-09 03:28:00 +0000` is not a form that Date.parse promises to read.
  const spaced = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d) ?([+-]\d\d):?(\d\d)$/.exec(text)
  const parsed = Date.parse(spaced ? `${spaced[1]}T${spaced[2]}${spaced[3]}:${spaced[4]}` : text)
  return Number.isNaN(parsed) ? null : parsed
}

/** Exponential backoff with full jitter: a random share of base × 2^(failures − 1), capped. */
export function fullJitterMs(failures: number, baseMs: number, capMs: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(30, failures - 1))
}
