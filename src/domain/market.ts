import { z } from 'zod'

/** DeFiLlama's slug; the protocol's id everywhere in the product. */
export const protocolId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[a-z0-9][a-z0-9._~()+&'!-]*$/, `Expected lower-case letters, digits or any of "._~()+&'!-"`)

export const protocolSchema = z.object({
  id: protocolId,
  name: z.string().min(1).max(256),
  symbol: z.string().max(64).nullable(),
  /** CoinGecko's id of the token, of the parent where the child has none. */
  geckoId: z.string().max(128).nullable(),
  category: z.string().max(128).nullable(),
  chains: z.array(z.string().max(128)).max(1000),
  /** The chain that holds most TVL. */
  mainChain: z.string().max(128).nullable(),
  /** DeFiLlama's numeric id, the key of incidents. */
  defillamaId: z.string().max(64).nullable(),
  parentId: z.string().max(128).nullable(),
  listedAt: z.iso.date().nullable(),
  deadFrom: z.iso.date().nullable(),
})
export type Protocol = z.output<typeof protocolSchema>

/** One protocol on one UTC calendar day (or hour); null = unknown, never 0. */
export interface Observation {
  readonly protocolId: string
  /** `YYYY-MM-DD` */
  readonly date: string
  readonly tvlUsd: number | null
  readonly priceUsd: number | null
  readonly marketCapUsd: number | null
  readonly volumeUsd: number | null
}

/** A recorded loss, from DeFiLlama's /hacks. */
export interface Incident {
  /** Hash of date, name, technique and amount: the feed has no id. */
  readonly id: string
  readonly date: string
  readonly name: string
  readonly technique: string | null
  readonly classification: string | null
  readonly amountUsd: number | null
  readonly returnedUsd: number | null
  readonly chains: readonly string[]
  readonly defillamaId: string | null
  readonly parentId: string | null
  readonly source: string | null
}

export const sourceNames = ['coingecko', 'defillama'] as const
export type SourceName = (typeof sourceNames)[number]
