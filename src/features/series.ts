/**
 * The daily history of one protocol on the UTC calendar, in ascending time: index 0 is `firstDay`, index i is
 * `firstDay + i`. A day without a value is NaN; gaps stay gaps.
 */
export interface DailySeries {
  readonly protocolId: string
  /** Days since 1970-01-01, UTC. */
  readonly firstDay: number
  readonly tvlUsd: Float64Array
  readonly priceUsd: Float64Array
  readonly marketCapUsd: Float64Array
  readonly volumeUsd: Float64Array
}

/** What does not change from day to day, as far as the features need it. */
export interface ProtocolTraits {
  readonly category: string | null
  readonly mainChain: string | null
}

/** The features of one protocol as of one day. */
export interface FeatureVector {
  readonly protocolId: string
  readonly asOfDay: number
  /** The 15 numbers in the order of `numericFeatureNames`; NaN = unknown. */
  readonly numeric: Float64Array
  readonly protocolCategory: string | null
  readonly protocolChain: string | null
  /** Days with a value inside the window. */
  readonly points: number
  /** The last point is older than 3 days. */
  readonly stale: boolean
}
