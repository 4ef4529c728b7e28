/** Inclusive bounds in US dollars that no honest value leaves; what is beyond is a fault of the feed. */
export const bounds = {
  tvlUsd: { least: 0, most: 1e13 },
  priceUsd: { least: 0, most: 1e12 },
  marketCapUsd: { least: 0, most: 1e14 },
  volumeUsd: { least: 0, most: 1e14 },
  lossUsd: { least: 0, most: 1e12 },
} as const
export type Bounded = keyof typeof bounds

/** A number, null for one that is not known, or why it is not believed. */
export type Checked = number | null | 'not-a-number' | 'out-of-range'

export function isRefusal(checked: Checked): checked is 'not-a-number' | 'out-of-range' {
  return typeof checked === 'string'
}

/** Null and undefined are unknown; everything else must be a finite number within its bounds. */
export function checkNumber(value: unknown, what: Bounded): Checked {
  if (value === null || value === undefined) return null
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'not-a-number'
  const { least, most } = bounds[what]
  // Adding 0 turns −0 into 0.
  return value >= least && value <= most ? value + 0 : 'out-of-range'
}

/** As `checkNumber`, where upstreams write 0 for "unknown": prices and market caps. */
export function checkPositive(value: unknown, what: Bounded): Checked {
  const checked = checkNumber(value, what)
  return checked === 0 ? null : checked
}
