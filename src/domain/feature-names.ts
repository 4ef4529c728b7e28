/** The 17 features of one protocol at one moment, in the order of every vector. */
export const featureNames = [
  'tvl_vol_30',
  'price_vol_30',
  'volume_vol_30',
  'tvl_slope',
  'price_slope',
  'volume_slope',
  'liquidity_ratio',
  'market_cap_to_tvl',
  'max_drawdown',
  'tvl_max_drawdown',
  'price_change_abs_mean',
  'price_change_std',
  'protocol_category',
  'protocol_chain',
  'recent_price_change',
  'recent_tvl',
  'recent_volume',
] as const
export type FeatureName = (typeof featureNames)[number]

export const categoricalFeatureNames = [
  'protocol_category',
  'protocol_chain',
] as const satisfies readonly FeatureName[]
export type CategoricalFeatureName = (typeof categoricalFeatureNames)[number]
export type NumericFeatureName = Exclude<FeatureName, CategoricalFeatureName>

export const numericFeatureNames = featureNames.filter(
  (name): name is NumericFeatureName => !(categoricalFeatureNames as readonly string[]).includes(name),
)

/** Raised when a definition changes, so that vectors of different meaning never mix. */
export const featureSet = 1
