const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })
const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `$1.23B`; a price keeps its significant digits. Unknown is a dash, never 0. */
export function usd(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (Math.abs(value) >= 1000 || value === 0) return `$${compact.format(value)}`
  return `$${Number(value.toPrecision(4))}`
}

export const whole = (value: number): string => plain.format(value)

export function percent(share: number | null | undefined, digits = 0): string {
  return share === null || share === undefined ? '–' : `${(share * 100).toFixed(digits)} %`
}

/** A number of unknown size in at most four significant digits. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (Number.isInteger(value)) return plain.format(value)
  return Math.abs(value) >= 10_000 ? compact.format(value) : String(Number(value.toPrecision(4)))
}

export const signed = (value: number, digits = 3): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`

/** `2026-11-22 02:15` UTC. */
export const moment = (instant: string | null | undefined): string =>
  instant ? instant.slice(0, 16).replace('T', ' ') : '–'

const steps = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** `3 h`: how long ago something was, in its largest unit. */
export function age(instant: string | null | undefined, now = Date.now()): string {
  if (!instant) return '–'
  return duration(Math.max(0, (now - Date.parse(instant)) / 1000))
}

export function duration(seconds: number): string {
  const step = steps.find(([, size]) => seconds >= size)
  return step ? `${Math.floor(seconds / step[1])} ${step[0]}` : `${Math.round(seconds)} s`
}

export const words = (name: string): string => name.replaceAll(/[-_]/g, ' ')
