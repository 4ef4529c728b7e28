const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })
const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** With a minus as wide as a plus, and none before a zero. */
const typeset = (text: string): string => (/^-[0.]+$/.test(text) ? text.slice(1) : text.replace(/^-/, '−'))

/** `$1.23B`; a price keeps its significant digits. Unknown is a dash, never 0. */
export function usd(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (Math.abs(value) >= 1000 || value === 0) return `$${compact.format(value)}`
  return `$${decimals(Number(value.toPrecision(4)))}`
}

export const whole = (value: number): string => plain.format(value)

export function percent(share: number | null | undefined, digits = 0): string {
  return share === null || share === undefined ? '–' : `${typeset((share * 100).toFixed(digits))} %`
}

/** A number of unknown size in at most four significant digits. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (Number.isInteger(value)) return typeset(plain.format(value))
  return typeset(Math.abs(value) >= 10_000 ? compact.format(value) : decimals(Number(value.toPrecision(4))))
}

/** Without an exponent: `0.0000053`. */
const decimals = (value: number): string =>
  Math.abs(value) < 1e-6 && value !== 0
    ? value.toFixed(Math.min(20, 3 - Math.floor(Math.log10(Math.abs(value)))))
    : String(value)

/** A score in a column of its like: as many decimals in every row. */
export const score = (value: number | null | undefined, digits = 3): string =>
  value === null || value === undefined ? '–' : typeset(value.toFixed(digits))

/** With its sign, unless it is shown as zero. */
export function signed(value: number, digits = 3): string {
  const size = Math.abs(value).toFixed(digits)
  return Number(size) === 0 ? size : `${value < 0 ? '−' : '+'}${size}`
}

export const signedPercent = (share: number, digits = 1): string => `${signed(share * 100, digits)} %`

/** `2026-11-22 02:15` UTC. */
export const moment = (instant: string | null | undefined): string =>
  instant ? instant.slice(0, 16).replace('T', ' ') : '–'

const steps = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** `3 h ago`, in the largest unit; `just now` within half a minute. */
export function ago(instant: string | null | undefined, now = Date.now()): string {
  if (!instant) return 'never'
  const seconds = (now - Date.parse(instant)) / 1000
  return seconds < 30 ? 'just now' : `${duration(seconds)} ago`
}

/** `3 h`, in the largest unit; below a second in milliseconds. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1000)} ms`
  const step = steps.find(([, size]) => seconds >= size)
  return step ? `${Math.floor(seconds / step[1])} ${step[0]}` : `${Math.round(seconds)} s`
}
