/** 1 is the full size of every promise, 0.1 what the default suite plays. */
export const scale = Number(process.env['TIDEGAUGE_CHAOS_SCALE'] ?? '0.1')
if (!(scale > 0 && scale <= 1))
  throw new Error(`TIDEGAUGE_CHAOS_SCALE: expected a number above 0, up to 1, got "${scale}"`)

/** So many at full size, and the same share of it at another; never fewer than `least`. */
export const scaled = (full: number, least = 1): number => Math.max(least, Math.round(full * scale))

/** The first of a list at a small scale, all of it at full size. */
export const scaledList = <T>(all: readonly T[]): readonly T[] => all.slice(0, scaled(all.length))
