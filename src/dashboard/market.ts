import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Answer } from './api.ts'

export type Market = Answer<'/market'>

export const MarketContext = createContext<Market | undefined>(undefined)

/** What time it is for data: the wall clock on the live market, the market's own day on a local one. */
export function useDataNow(): number {
  const market = useContext(MarketContext)
  return market?.as_of && market.mode !== 'live' ? Date.parse(market.as_of) : Date.now()
}
