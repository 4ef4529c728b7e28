import type { NumericFeatureName } from '../domain/feature-names.ts'
import type { TrackedMeasure } from '../features/movement-tracks.ts'
import type { Aspect, TypicalRange } from './typical-ranges.ts'

type Unit = 'number' | 'ratio' | 'percent' | 'percent-per-day' | 'usd'

interface Wording {
  readonly subject: string
  readonly unit: Unit
}

const wordings: Readonly<Record<NumericFeatureName, Wording>> = {
  tvl_vol_30: { subject: '30-day TVL variation', unit: 'percent' },
  price_vol_30: { subject: '30-day price variation', unit: 'percent' },
  volume_vol_30: { subject: '30-day volume variation', unit: 'percent' },
  tvl_slope: { subject: '30-day TVL trend', unit: 'percent-per-day' },
  price_slope: { subject: '30-day price trend', unit: 'percent-per-day' },
  volume_slope: { subject: '30-day volume trend', unit: 'percent-per-day' },
  liquidity_ratio: { subject: 'volume to TVL', unit: 'ratio' },
  market_cap_to_tvl: { subject: 'market cap to TVL', unit: 'ratio' },
  max_drawdown: { subject: 'deepest price fall in 90 days', unit: 'percent' },
  tvl_max_drawdown: { subject: 'deepest TVL fall in 90 days', unit: 'percent' },
  price_change_abs_mean: { subject: 'mean daily price move', unit: 'percent' },
  price_change_std: { subject: 'deviation of daily price moves', unit: 'percent' },
  recent_price_change: { subject: 'price in a day', unit: 'percent' },
  recent_tvl: { subject: 'TVL', unit: 'usd' },
  recent_volume: { subject: 'volume', unit: 'usd' },
}

/** What was found of one feature. */
export type Finding = (
  | { readonly aspect: Aspect; readonly feature: NumericFeatureName }
  | { readonly aspect: 'movement'; readonly measure: TrackedMeasure; readonly spanDays: number }
) & { readonly value: number; readonly typical: TypicalRange | null }

/** "TVL −38 % in a day, against −6 % to +6 % in 90 days": one feature's part of an anomaly, in words. */
export function sentenceFor(finding: Finding): string {
  const { value, typical } = finding
  if (finding.aspect === 'movement')
    return movementSentence(finding.measure, finding.spanDays, value, typical)
  const { subject, unit } = wordings[finding.feature]
  const isChange = finding.aspect === 'change'
  const say = (x: number): string => (isChange ? changeText(unit, x) : levelText(unit, x))
  const what = isChange ? `${subject} ${say(value)} in a day` : `${subject} ${say(value)}`
  return typical === null
    ? `${what}, without a past of its own to compare with`
    : `${what}, against ${say(typical.low)} to ${say(typical.high)} in 90 days`
}

const measureSubjects = { tvl: 'TVL', price: 'price', volume: 'volume' } as const

/** "TVL −22 % in 7 days beyond the market, against −6 % to +6 % in 90 days" */
function movementSentence(
  measure: TrackedMeasure,
  spanDays: number,
  value: number,
  typical: TypicalRange | null,
): string {
  const span = spanDays === 1 ? 'a day' : `${spanDays} days`
  const range =
    typical === null ? '' : `, against ${factorText(typical.low)} to ${factorText(typical.high)} in 90 days`
  return `${measureSubjects[measure]} ${factorText(value)} in ${span} beyond the market${range}`
}

function levelText(unit: Unit, value: number): string {
  switch (unit) {
    case 'usd':
      return `$${compact(Math.expm1(value))}`
    case 'percent':
      return `${signed(value * 100)} %`
    case 'percent-per-day':
      return `${signed(Math.expm1(value) * 100)} % a day`
    default:
      return compact(value)
  }
}

/** Shares and slopes change by points; TVL, volume and ratios, compared as logarithms, by per cent. */
function changeText(unit: Unit, value: number): string {
  return unit === 'percent' || unit === 'percent-per-day'
    ? `${signed(value * 100)} points`
    : `${signed(Math.expm1(value) * 100)} %`
}

/** Per cent up to a doubling, a factor beyond. */
function factorText(logarithm: number): string {
  const factor = Math.exp(logarithm)
  return factor > 2 ? `× ${compact(factor)}` : `${signed((factor - 1) * 100)} %`
}

function signed(value: number): string {
  const digits = Math.abs(value) < 10 ? 1 : 0
  const text = Math.abs(value).toFixed(digits)
  return Number(text) === 0 ? '0' : `${value < 0 ? '−' : '+'}${text}`
}

const compactFormat = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })

function compact(value: number): string {
  return compactFormat.format(value)
}
