import { isRecord } from '../parsing/envelope.ts'
import { checkNumber, isRefusal } from '../parsing/numbers.ts'

/**
 * Sections of `chainTvls` that `tvl` leaves out, bare or as `<Chain>-borrowed`. Adding every key up would count
 * aave-v3 2.4 times.
 */
const sections = /^(?:.+-)?(?:borrowed|staking|pool2|vesting|offers)$/

/** The chain that holds most TVL; null when none is named with more than nothing. A value that cannot be is no value. */
export function mainChain(chainTvls: unknown): string | null {
  if (!isRecord(chainTvls)) return null
  let chain: string | null = null
  let most = 0
  for (const key in chainTvls) {
    const tvl = checkNumber(chainTvls[key], 'tvlUsd')
    if (tvl === null || isRefusal(tvl) || tvl <= most || key.length > 128 || sections.test(key)) continue
    chain = key
    most = tvl
  }
  return chain
}
