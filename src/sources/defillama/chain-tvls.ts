import { isRecord } from '../parsing/envelope.ts'

/**
 * Sections of `chainTvls` that `tvl` leaves out, bare or as `<Chain>-borrowed`. Adding every key up would count
 * aave-v3 2.4 times.
 */
const sections = /^(?:.+-)?(?:borrowed|staking|pool2|vesting|offers)$/

/** The chain that holds most TVL. Null when none is named with more than nothing. */
export function mainChain(chainTvls: unknown): string | null {
  if (!isRecord(chainTvls)) return null
  let chain: string | null = null
  let most = 0
  for (const key in chainTvls) {
    const tvl = chainTvls[key]
    if (typeof tvl !== 'number' || !(tvl > most) || key.length > 128 || sections.test(key)) continue
    chain = key
    most = tvl
  }
  return chain
}
