import { createRandom } from '../models/random.ts'
import type { Dataset } from '../src/market/dataset.ts'

/** Random walks of TVL, price, market cap and volume: as many protocols as asked for, in no time. */
export const randomDataset = {
  /** 2025-12-31, in days since 1970-01-01. */
  lastDay: 20_453,

  make(protocols: number, days: number): Dataset {
    const random = createRandom(11)
    const firstDay = this.lastDay - days + 1
    const day = Int32Array.from({ length: days }, (_, i) => firstDay + i)
    const walk = (start: number): Float64Array => {
      let level = start
      return Float64Array.from(day, () => (level *= Math.exp(0.05 * random.normal())))
    }
    const slugs = Array.from({ length: protocols }, (_, i) => `protocol-${i}`)
    return {
      protocols: slugs.map((slug) => ({
        slug,
        name: slug,
        symbol: '-',
        gecko_id: slug,
        category: 'Lending',
        chains: ['Ethereum'],
      })),
      series: slugs.map(() => ({
        day,
        tvlUsd: walk(1e7),
        priceUsd: walk(5),
        marketCapUsd: walk(3e7),
        volumeUsd: walk(1e6),
      })),
      hacks: [],
      groundTruth: null,
      firstDay,
      lastDay: this.lastDay,
    }
  },
}
