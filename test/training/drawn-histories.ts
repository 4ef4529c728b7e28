import { createRandom } from '../../models/random.ts'
import type { ProtocolHistory } from '../../src/training/samples.ts'

const categories = ['Dexes', 'Lending', 'Bridge']

/**
 * Random walks that start on 2021-01-01; every third protocol is fragile: it moves more, and loses half of its TVL now
 * and then. @param days length of every history
 */
export function drawHistories(protocols: number, days: number, seed = 1): ProtocolHistory[] {
  return Array.from({ length: protocols }, (_, p) => {
    const random = createRandom(seed).fork(p)
    const fragile = p % 3 === 0
    const series = {
      protocolId: `protocol-${p}`,
      firstDay: 18628,
      tvlUsd: new Float64Array(days),
      priceUsd: new Float64Array(days),
      marketCapUsd: new Float64Array(days),
      volumeUsd: new Float64Array(days),
    }
    let tvl = 1e6 * (1 + random.next())
    for (let day = 0; day < days; day++) {
      tvl *= Math.exp((fragile ? 0.06 : 0.02) * random.normal())
      if (random.next() < (fragile ? 0.012 : 0.001)) tvl *= 0.5
      series.tvlUsd[day] = tvl
      series.priceUsd[day] = p % 5 === 0 ? NaN : tvl / 1e6
      series.marketCapUsd[day] = p % 5 === 0 ? NaN : 2 * tvl
      series.volumeUsd[day] = tvl * 0.1 * (1 + random.next())
    }
    return {
      series,
      traits: { category: categories[p % 3]!, mainChain: p % 2 === 0 ? 'Ethereum' : null },
      parentId: p < 4 ? 'parent' : null,
    }
  })
}

export const lastDrawnDay = (days: number): number => 18628 + days - 1
