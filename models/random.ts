/** Seeded random numbers; the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number
  /** A whole number in [0, bound). */
  below(bound: number): number
  /** Standard normal. */
  normal(): number
  /** An independent generator, a function of this seed and `stream` only. */
  fork(stream: number): Random
}

/** xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32. */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = splitmix()
  let spare = NaN

  const bits = (): number => {
    const m = Math.imul(b, 5)
    const result = Math.imul((m << 7) | (m >>> 25), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result >>> 0
  }
  const next = (): number => bits() / 4294967296

  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare
        spare = NaN
        return value
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      const angle = 2 * Math.PI * next()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    fork: (stream) =>
      createRandom(Math.imul(seed ^ 0x5bd1e995, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)),
  }
}

/** Fisher-Yates, in place. */
export function shuffle<T extends { [index: number]: number; readonly length: number }>(
  items: T,
  random: Random,
): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }
  return items
}
