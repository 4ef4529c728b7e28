import { createRandom } from '../../models/random.ts'
import type { ProtocolHistory } from '../../src/anomaly/training-material.ts'

export const firstDay = 19_000

/** Protocols whose TVL, price and volume walk at random, each at a pace of its own. */
export function walkingMarket(protocols: number, days: number, seed: number): ProtocolHistory[] {
  const random = createRandom(seed)
  return Array.from({ length: protocols }, (_, p) => {
    const pace = 0.5 + random.next()
    const walk = (step: number, start: number): Float64Array => {
      let level = Math.log(start)
      return Float64Array.from({ length: days }, () => Math.exp((level += pace * step * random.normal())))
    }
    const priceUsd = walk(0.03, 1 + 100 * random.next())
    return {
      series: {
        protocolId: `protocol-${p}`,
        firstDay,
        tvlUsd: walk(0.02, 1e7 * (1 + 100 * random.next())),
        priceUsd,
        marketCapUsd: priceUsd.map((price) => 1e6 * price),
        volumeUsd: walk(0.2, 1e5),
      },
      traits: { category: 'Lending', mainChain: 'Ethereum' },
    }
  })
}
