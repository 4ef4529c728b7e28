import { figure, percent, usd } from './format.ts'

type Show = (value: number) => string
const share: Show = (value) => percent(value, 1)
const perDay: Show = (value) => `${percent(value, 2)} a day`
const fromLog: Show = (value) => usd(Math.expm1(value))

const labels: Readonly<Record<string, readonly [name: string, show: Show]>> = {
  tvl_vol_30: ['TVL variation, 30 days', share],
  price_vol_30: ['Price variation, 30 days', share],
  volume_vol_30: ['Volume variation, 30 days', share],
  tvl_slope: ['TVL trend', perDay],
  price_slope: ['Price trend', perDay],
  volume_slope: ['Volume trend', perDay],
  liquidity_ratio: ['Volume / TVL', figure],
  market_cap_to_tvl: ['Market cap / TVL', figure],
  max_drawdown: ['Deepest fall of price, 90 days', share],
  tvl_max_drawdown: ['Deepest fall of TVL, 90 days', share],
  price_change_abs_mean: ['Mean daily move of price', share],
  price_change_std: ['Spread of daily price moves', share],
  protocol_category: ['Category', figure],
  protocol_chain: ['Main chain', figure],
  recent_price_change: ['Last daily price move', share],
  recent_tvl: ['TVL now', fromLog],
  anomaly_score: ['Anomaly score', figure],
  recent_volume: ['Volume now', fromLog],
}

export const featureLabel = (feature: string): string => labels[feature]?.[0] ?? feature

export function featureValue(feature: string, value: number | string | null): string {
  if (value === null) return 'unknown'
  if (typeof value === 'string') return value
  return (labels[feature]?.[1] ?? figure)(value)
}
