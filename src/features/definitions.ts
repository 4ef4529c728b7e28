import type { CategoricalFeatureName, NumericFeatureName } from '../domain/feature-names.ts'
import { knownAt } from './measures.ts'
import type { ProtocolTraits } from './series.ts'
import {
  coefficientOfVariation,
  dailyReturn,
  logSlope,
  maxDrawdown,
  meanAbsoluteReturn,
  returnDeviation,
} from './statistics.ts'
import type { FeatureWindow } from './window.ts'

interface Described {
  readonly title: string
  readonly unit: string
  readonly formula: string
}

interface NumericFeature extends Described {
  /** NaN = unknown. Allocates nothing. */
  compute(window: FeatureWindow): number
}

interface CategoricalFeature extends Described {
  /** null = unknown, a level of its own. */
  compute(traits: ProtocolTraits): string | null
}

type FeatureDefinitions = Readonly<
  Record<NumericFeatureName, NumericFeature> & Record<CategoricalFeatureName, CategoricalFeature>
>

const fraction = 'fraction (0.05 = 5 %)'
const perDay = 'ln per day (0.01 ≈ 1 % a day)'

/** The catalogue of the 17 features, in the order of every vector; docs/features.md says how to read each. */
export const featureDefinitions: FeatureDefinitions = {
  tvl_vol_30: {
    title: 'TVL volatility',
    unit: fraction,
    formula: 'standard deviation (ddof 1) / mean of tvl_usd, last 30 days',
    compute: (window) => coefficientOfVariation(window.tvl, window.recent),
  },
  price_vol_30: {
    title: 'Price volatility',
    unit: fraction,
    formula: 'standard deviation (ddof 1) / mean of price_usd, last 30 days',
    compute: (window) => coefficientOfVariation(window.price, window.recent),
  },
  volume_vol_30: {
    title: 'Volume volatility',
    unit: fraction,
    formula: 'standard deviation (ddof 1) / mean of volume_usd, last 30 days',
    compute: (window) => coefficientOfVariation(window.volume, window.recent),
  },
  tvl_slope: {
    title: 'TVL trend',
    unit: perDay,
    formula: 'least-squares slope of ln(tvl_usd) per day, last 30 days',
    compute: (window) => logSlope(window.tvl, window.recent),
  },
  price_slope: {
    title: 'Price trend',
    unit: perDay,
    formula: 'least-squares slope of ln(price_usd) per day, last 30 days',
    compute: (window) => logSlope(window.price, window.recent),
  },
  volume_slope: {
    title: 'Volume trend',
    unit: perDay,
    formula: 'least-squares slope of ln(volume_usd) per day, last 30 days',
    compute: (window) => logSlope(window.volume, window.recent),
  },
  liquidity_ratio: {
    title: 'Liquidity ratio',
    unit: 'ratio',
    formula: 'volume_usd / tvl_usd, last day',
    compute: ({ volume, tvl, lastIndex }) => ratio(knownAt(volume, lastIndex), knownAt(tvl, lastIndex)),
  },
  market_cap_to_tvl: {
    title: 'Market cap to TVL',
    unit: 'ratio',
    formula: 'market_cap_usd / tvl_usd, last day',
    compute: ({ marketCap, tvl, lastIndex }) => ratio(knownAt(marketCap, lastIndex), knownAt(tvl, lastIndex)),
  },
  max_drawdown: {
    title: 'Price drawdown',
    unit: fraction,
    formula: 'minimum of price_usd / running maximum − 1, window',
    compute: (window) => maxDrawdown(window.price, window.whole),
  },
  tvl_max_drawdown: {
    title: 'TVL drawdown',
    unit: fraction,
    formula: 'minimum of tvl_usd / running maximum − 1, window',
    compute: (window) => maxDrawdown(window.tvl, window.whole),
  },
  price_change_abs_mean: {
    title: 'Mean daily price move',
    unit: fraction,
    formula: 'mean of |daily return of price_usd|, last 30 days',
    compute: (window) => meanAbsoluteReturn(window.price, window.recentReturns),
  },
  price_change_std: {
    title: 'Spread of daily price moves',
    unit: fraction,
    formula: 'standard deviation (ddof 1) of daily returns of price_usd, last 30 days',
    compute: (window) => returnDeviation(window.price, window.recentReturns),
  },
  protocol_category: {
    title: 'Category',
    unit: 'code',
    formula: 'category of the catalogue',
    compute: ({ category }) => category,
  },
  protocol_chain: {
    title: 'Main chain',
    unit: 'code',
    formula: 'chain with most TVL',
    compute: ({ mainChain }) => mainChain,
  },
  recent_price_change: {
    title: 'Last price move',
    unit: fraction,
    formula: 'daily return of price_usd, last day',
    compute: ({ price, lastIndex }) => dailyReturn(price, lastIndex),
  },
  recent_tvl: {
    title: 'TVL now',
    unit: 'ln(1 + USD)',
    formula: 'ln(1 + tvl_usd), last day',
    compute: ({ tvl, lastIndex }) => Math.log1p(knownAt(tvl, lastIndex)),
  },
  recent_volume: {
    title: 'Volume now',
    unit: 'ln(1 + USD)',
    formula: 'ln(1 + volume_usd), last day',
    compute: ({ volume, lastIndex }) => Math.log1p(knownAt(volume, lastIndex)),
  },
}

function ratio(numerator: number, denominator: number): number {
  return denominator > 0 ? numerator / denominator : NaN
}
