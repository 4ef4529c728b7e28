import type { GroundTruth } from '../dataset-json.ts'

export type IncidentKind = GroundTruth['incidents'][number]['kind']

/** A kind of protocol: how common, how often attacked, and what goes wrong there. */
export interface Category {
  readonly name: string
  /** Share of all protocols, relative to the others. */
  readonly weight: number
  /** Factor on the hazard of an incident. */
  readonly danger: number
  /** Mean of ln(daily volume / market cap). */
  readonly turnover: number
  readonly incidents: Readonly<Record<IncidentKind, number>>
}

const common = { 'bank-run': 2, depeg: 0.3, 'slow-bleed': 2, 'tvl-drain': 3, 'wash-volume': 2 }

/** DeFiLlama's own words. */
export const categories: readonly Category[] = [
  {
    name: 'Algo-Stables',
    weight: 2,
    danger: 1.8,
    turnover: -3.5,
    incidents: { ...common, depeg: 6, 'bank-run': 3 },
  },
  {
    name: 'Bridge',
    weight: 4,
    danger: 2.2,
    turnover: -3,
    incidents: { ...common, 'tvl-drain': 6, 'wash-volume': 0.5 },
  },
  { name: 'CDP', weight: 6, danger: 1.2, turnover: -3.3, incidents: { ...common, depeg: 3 } },
  { name: 'Derivatives', weight: 7, danger: 1.1, turnover: -2, incidents: { ...common, 'wash-volume': 4 } },
  { name: 'Dexs', weight: 25, danger: 0.9, turnover: -1.9, incidents: { ...common, 'wash-volume': 4 } },
  { name: 'Farm', weight: 5, danger: 1.9, turnover: -2.6, incidents: { ...common, 'slow-bleed': 5 } },
  { name: 'Lending', weight: 16, danger: 1.1, turnover: -2.7, incidents: { ...common, 'bank-run': 4 } },
  { name: 'Liquid Staking', weight: 8, danger: 0.6, turnover: -3.4, incidents: { ...common, depeg: 2 } },
  { name: 'Options', weight: 3, danger: 0.9, turnover: -2.6, incidents: common },
  {
    name: 'RWA',
    weight: 4,
    danger: 0.5,
    turnover: -3.8,
    incidents: { ...common, 'tvl-drain': 0.6, 'slow-bleed': 3 },
  },
  { name: 'Yield', weight: 12, danger: 1.3, turnover: -2.7, incidents: { ...common, 'slow-bleed': 3 } },
  { name: 'Yield Aggregator', weight: 8, danger: 1.2, turnover: -2.6, incidents: common },
]

/** Weights roughly as the share of TVL. */
export const chains: readonly { readonly name: string; readonly weight: number }[] = [
  { name: 'Ethereum', weight: 40 },
  { name: 'Binance', weight: 13 },
  { name: 'Solana', weight: 10 },
  { name: 'Arbitrum', weight: 8 },
  { name: 'Base', weight: 7 },
  { name: 'Polygon', weight: 6 },
  { name: 'Avalanche', weight: 5 },
  { name: 'Optimism', weight: 4 },
  { name: 'Fantom', weight: 2 },
  { name: 'zkSync Era', weight: 2 },
  { name: 'Sui', weight: 2 },
  { name: 'xDai', weight: 1 },
]
