import type { Listing } from './market-view.ts'

/**
 * DeFiLlama's `chainTvls`: per chain, and the sections that `tvl` leaves out, both bare and as `<Chain>-<section>`.
 * The dataset knows the sum only, so the split is made up: each chain holds 0.6 of the one before it, and the
 * sections are a fixed share by category. Adding all keys up is wrong here as it is upstream.
 */
export function chainShares({ protocol }: Listing): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  const chains = protocol.chains
  if (chains.length === 0) return shares
  const whole = (1 - 0.6 ** chains.length) / 0.4
  chains.forEach((chain, k) => shares.set(chain, 0.6 ** k / whole))
  for (const [section, share] of sectionsOf(protocol)) {
    shares.set(`${chains[0]!}-${section}`, share)
    shares.set(section, share)
  }
  return shares
}

/** `chainTvls` of a row, from the TVL of that moment. */
export function splitByChain(listing: Listing, tvl: number | null): Record<string, number> {
  return Object.fromEntries(
    [...chainShares(listing)].map(([key, share]) => [key, tvl === null ? 0 : tvl * share]),
  )
}

function sectionsOf({ category, symbol }: Listing['protocol']): [section: string, share: number][] {
  const sections: [string, number][] = []
  if (category === 'Lending' || category === 'CDP') sections.push(['borrowed', 0.7])
  if (symbol !== '-') sections.push(['staking', 0.15])
  if (category === 'Farm' || category === 'Yield' || category === 'Yield Aggregator')
    sections.push(['pool2', 0.05])
  return sections
}
