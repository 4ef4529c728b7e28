import type { Random } from '../../../models/random.ts'

/** Student t with 4 degrees of freedom, scaled to variance 1: the tails of daily returns. */
export function heavyTailed(random: Random): number {
  // A chi-square of 4 degrees is the sum of two exponentials; the variance of t(4) is 2.
  const chiSquare = -2 * Math.log((1 - random.next()) * (1 - random.next()))
  return (random.normal() / Math.sqrt(chiSquare / 4)) * Math.SQRT1_2
}

/** Student t with 2 degrees of freedom: the tails of flows, whose variance does not settle. */
export function wildTailed(random: Random): number {
  return random.normal() / Math.sqrt(-Math.log(1 - random.next()))
}

/** A return generator whose calm and whose storms last. */
export interface ClusteredReturns {
  /** The next daily log return, of mean 0. */
  next(): number
  /** The standard deviation that the next return is drawn with, relative to the long-run one. */
  readonly heat: number
}

/**
 * GARCH(1,1) (Bollerslev, 1986) with heavy-tailed innovations.
 * @param deviation long-run standard deviation per day
 */
export function createClusteredReturns(random: Random, deviation: number): ClusteredReturns {
  const reaction = 0.16
  const memory = 0.79
  const longRun = deviation * deviation
  let variance = longRun
  return {
    next() {
      const value = Math.sqrt(variance) * heavyTailed(random)
      // One wild day may quadruple the variance at most, or a single draw would rule for months.
      const surprise = Math.min(value * value, 25 * longRun)
      variance = (1 - reaction - memory) * longRun + reaction * surprise + memory * variance
      return value
    },
    get heat() {
      return Math.sqrt(variance / longRun)
    },
  }
}

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return random.next() < probability
}

/** Uniform in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next()
}

/** One of the items, each as likely as its weight. */
export function pick<T>(random: Random, items: readonly T[], weightOf: (item: T) => number = () => 1): T {
  let rest = random.next() * items.reduce((sum, item) => sum + weightOf(item), 0)
  for (const item of items) {
    rest -= weightOf(item)
    if (rest < 0) return item
  }
  return items[items.length - 1]!
}
