import type { Observation, Protocol } from '../domain/market.ts'

/** A protocol as the catalogue lists it, with its TVL of the moment. */
export interface CatalogueRow {
  readonly protocol: Protocol
  readonly tvlUsd: number | null
}

/** What DeFiLlama knows of a day; `partial` = the day was still running. */
export type TvlRow = Pick<Observation, 'protocolId' | 'date'> & {
  readonly tvlUsd: number
  readonly partial: boolean
}

/** The token of a parent protocol; null when it has none. */
export interface ParentTokenRow {
  readonly parentId: string
  readonly geckoId: string | null
}

/** The TVL of the moment. */
export type CurrentTvlRow = Pick<Observation, 'protocolId' | 'tvlUsd'>

/** DEX volume of a day; not the token volume that the features read. */
export type DexVolumeRow = Pick<Observation, 'protocolId' | 'date'> & {
  readonly dexVolumeUsd: number
  readonly partial: boolean
}

/** A DEX in the overview of all. */
export interface DexOverviewRow {
  readonly defillamaId: string
  readonly name: string
  readonly dexVolume24hUsd: number | null
}

/** What CoinGecko knows of a token's day; `partial` = the day was still running. */
export type TokenDayRow = Pick<Observation, 'date' | 'priceUsd' | 'marketCapUsd' | 'volumeUsd'> & {
  readonly geckoId: string
  readonly partial: boolean
}

/** What CoinGecko knows of a token now. */
export type TokenRow = Pick<Observation, 'priceUsd' | 'marketCapUsd' | 'volumeUsd'> & {
  readonly geckoId: string
  readonly updatedAt: Date | null
}

/** DeFiLlama's price of a coin. @see coinKey */
export interface CoinPriceRow {
  /** `coingecko:<id>` or `<chain>:<address>` */
  readonly key: string
  readonly at: Date
  readonly priceUsd: number
  /** 0 to 1; null when not said. */
  readonly confidence: number | null
}

/** DeFiLlama's price of a coin on a day. */
export type CoinDayRow = Pick<Observation, 'date'> & {
  readonly key: string
  readonly priceUsd: number
  readonly partial: boolean
}
