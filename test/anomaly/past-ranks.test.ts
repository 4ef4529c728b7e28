import { describe, expect, it } from 'vitest'
import { createRandom } from '../../models/random.ts'
import { fitPastRanks, rankEvidence, rarityOf } from '../../src/anomaly/past-ranks.ts'

describe('past ranks', () => {
  const random = createRandom(1)
  const exponential = Float64Array.from({ length: 4000 }, () => -Math.log(1 - random.next()))
  const ranks = fitPastRanks(exponential)

  it('tell which share of the past scored as high', () => {
    for (const p of [0.9, 0.5, 0.1, 0.06]) expect(rarityOf(ranks, -Math.log(p))).toBeCloseTo(p, 1)
    expect(rarityOf(ranks, -1)).toBe(1)
  })

  it('go on beyond the past as its tail does', () => {
    for (const decades of [2, 3, 4]) {
      const rarity = rarityOf(ranks, decades * Math.LN10)
      expect(-Math.log10(rarity)).toBeGreaterThan(0.7 * decades)
      expect(-Math.log10(rarity)).toBeLessThan(1.3 * decades)
    }
  })

  it('never rank a higher score as less rare', () => {
    const scores = Array.from({ length: 500 }, (_, i) => i / 10 - 5)
    const rarities = scores.map((score) => rarityOf(ranks, score))
    expect(rarities).toEqual([...rarities].sort((a, b) => b - a))
    expect(rarities.every((rarity) => rarity > 0 && rarity <= 1)).toBe(true)
  })

  it('put a score that most of the past shares in the middle of it', () => {
    const zeros = fitPastRanks(Float64Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : i)))
    expect(rarityOf(zeros, 0)).toBeCloseTo(0.6, 1)
    expect(rarityOf(zeros, 99)).toBeLessThan(0.05)
  })

  it('hold for a past of equal scores or of one', () => {
    for (const past of [Float64Array.of(3, 3, 3), Float64Array.of(3)]) {
      const flat = fitPastRanks(past)
      expect(rarityOf(flat, 3)).toBeGreaterThan(0.4)
      expect(rarityOf(flat, 2)).toBe(1)
      expect(rarityOf(flat, 4)).toBeLessThan(0.05)
    }
  })
})

describe('ranks of evidence', () => {
  const random = createRandom(2)
  const quiet = Array.from({ length: 5000 }, () => -Math.log(1 - random.next()))

  it('go on with the exponential tail', () => {
    const ranks = rankEvidence(Float64Array.from(quiet))
    for (const decades of [1, 2, 4, 6]) {
      const found = -Math.log10(rarityOf(ranks, decades * Math.LN10))
      expect(found).toBeGreaterThan(0.85 * decades)
      expect(found).toBeLessThan(1.15 * decades)
    }
  })

  it('are hardly moved by incidents among the past, which a fitted shape would follow', () => {
    const struck = Float64Array.from([...quiet, ...Array.from({ length: 25 }, (_, i) => 20 + i)])
    expect(-Math.log10(rarityOf(rankEvidence(struck), 20))).toBeGreaterThan(5)
    expect(-Math.log10(rarityOf(fitPastRanks(struck), 20))).toBeLessThan(4)
  })
})
