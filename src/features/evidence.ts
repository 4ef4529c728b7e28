/**
 * Log-likelihood ratios in nats of "it fell" against "nothing happened", where noise is Student t distributed. Heavy
 * tails bound what one day can say: ten times farther out is a few nats more, and a fall that came back counts for nothing.
 */
export interface Noise {
  /** Scale of the distribution, > 0. */
  readonly scale: number
  /** Degrees of freedom, > 0. */
  readonly freedom: number
}

/** That a value holds a fall of `least` or more, of the most likely size. @param fall > 0 downwards; NaN = unknown */
export function evidenceOfFall(fall: number, least: number, noise: Noise): number {
  return logDensity(Math.min(fall - least, 0), noise) - logDensity(fall, noise)
}

/**
 * That each of the newest `days` steps holds an equal part of one of the falls, the most likely of them: the generalised
 * likelihood ratio of Lorden 1971 (Siegmund and Venkatraman 1995), unknown steps left out; NaN without a known one.
 * @param steps newest first
 */
export function evidenceOfDrift(
  steps: Float64Array,
  days: number,
  falls: readonly number[],
  noise: Noise,
): number {
  let most = NaN
  for (const fall of falls) {
    const daily = fall / days
    let sum = 0
    let known = 0
    for (let k = 0; k < days; k++) {
      const step = steps[k]!
      if (Number.isNaN(step)) continue
      sum += logDensity(step + daily, noise) - logDensity(step, noise)
      known++
    }
    if (known > 0 && !(sum <= most)) most = sum
  }
  return most
}

/** Up to a constant. */
function logDensity(x: number, { scale, freedom }: Noise): number {
  const z = x / scale
  return -0.5 * (freedom + 1) * Math.log1p((z * z) / freedom)
}
