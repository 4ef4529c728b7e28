import type { Random } from '../../../models/random.ts'
import type { DatasetProtocol } from '../dataset-json.ts'
import type { MarketFactor } from './market-factor.ts'
import { heavyTailed } from './noise.ts'

/** `/protocols` also lists exchanges and chains, which are no DeFi protocols: a catalogue has to leave them out. */
export interface Custodian {
  readonly protocol: DatasetProtocol
  readonly tvlUsd: Float64Array
}

/** One of each category, and one more for each 40 protocols. */
export function drawCustodians(random: Random, market: MarketFactor, protocols: number): Custodian[] {
  const count = 2 + Math.floor(protocols / 40)
  return Array.from({ length: count }, (_, i) => {
    const category = i % 2 === 0 ? 'CEX' : 'Chain'
    const number = Math.floor(i / 2) + 1
    return {
      protocol: {
        slug: `${category.toLowerCase()}-${number}`,
        name: `${category === 'CEX' ? 'Exchange' : 'Ledger'} ${number}`,
        symbol: '-',
        gecko_id: null,
        category,
        chains: ['Ethereum'],
        id: String(900_000 + i),
      },
      tvlUsd: drawDeposits(random.fork(i), market),
    }
  })
}

/** Bigger and calmer than any protocol. */
function drawDeposits(random: Random, market: MarketFactor): Float64Array {
  let logTvl = Math.log(10) * (10 + 0.4 * random.normal())
  return market.returns.map((change) => {
    logTvl += 0.6 * change + 0.01 * heavyTailed(random)
    return Math.exp(logTvl)
  })
}
