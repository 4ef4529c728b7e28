import { numericFeatureNames } from '../domain/feature-names.ts'
import { featureDefinitions } from './definitions.ts'
import type { DailySeries, FeatureVector, ProtocolTraits } from './series.ts'
import { openWindow, staleAfterDays } from './window.ts'

/** Fewer points in the window give no vector. */
const minimumPoints = 5
export const defaultWindowDays = 90

export interface FeatureOptions {
  /** Calendar days, the as-of day included; at least 5, default 90. */
  readonly windowDays?: number
}

const numericFeatures = numericFeatureNames.map((name) => featureDefinitions[name])

/**
 * The 17 features of one protocol as of `asOfDay`, from that day and the days before it only: what is appended later never
 * changes a vector. Every number is finite or NaN (unknown).
 * @returns null below 5 days with a TVL or a price inside the window
 * @throws RangeError when `windowDays` is no whole number of at least 5
 */
export function buildFeatures(
  series: DailySeries,
  traits: ProtocolTraits,
  asOfDay: number,
  { windowDays = defaultWindowDays }: FeatureOptions = {},
): FeatureVector | null {
  if (!Number.isInteger(windowDays) || windowDays < minimumPoints)
    throw new RangeError(
      `Expected \`windowDays\` to be a whole number of at least ${minimumPoints}, got ${windowDays}`,
    )

  const window = openWindow(series, asOfDay, windowDays)
  if (window.points < minimumPoints) return null

  const numeric = new Float64Array(numericFeatures.length)
  for (let i = 0; i < numeric.length; i++) {
    const value = numericFeatures[i]!.compute(window)
    numeric[i] = Number.isFinite(value) ? value : NaN
  }
  return {
    protocolId: series.protocolId,
    asOfDay,
    numeric,
    protocolCategory: featureDefinitions.protocol_category.compute(traits),
    protocolChain: featureDefinitions.protocol_chain.compute(traits),
    points: window.points,
    stale: asOfDay - (series.firstDay + window.lastIndex) > staleAfterDays,
  }
}
