import { largestMove } from './market-tracks.ts'
import { memoryDays } from './usual-size.ts'

/** How strongly a protocol is taken to move one to one with the market before its own past has told: share of 90 days. */
const priorShare = 0.2
/** Larger steps say nothing about how a protocol follows the market. */
const largestStep = 0.25

/**
 * The steps of a protocol beyond the market, newest first: own − β × market, β by least squares over the memory, drawn
 * towards 1.
 */
export function beyondMarket(
  own: Float64Array,
  at: number,
  market: Float64Array,
  marketAt: number,
  days: number,
): Float64Array {
  const beta = betaOf(own, at, market, marketAt)
  const residuals = new Float64Array(days)
  for (let k = 0; k < days; k++) residuals[k] = (own[at - k] ?? NaN) - beta * (market[marketAt - k] ?? 0)
  return residuals
}

function betaOf(own: Float64Array, at: number, market: Float64Array, marketAt: number): number {
  let together = 0
  let square = 0
  let whole = 0
  for (let k = 1; k <= memoryDays; k++) {
    const step = market[marketAt - k] ?? 0
    const value = own[at - k] ?? NaN
    whole += step * step
    if (Number.isNaN(value)) continue
    together += Math.min(Math.max(value, -largestStep), largestStep) * step
    square += step * step
  }
  const prior = priorShare * whole
  return square + prior > 0 ? (together + prior) / (square + prior) : 1
}

/** Volumes as natural logarithms beyond the market and beyond what the price moves explain, newest first. */
export function volumesBeyondMarket(
  own: { readonly volume: Float64Array; readonly price: Float64Array },
  at: number,
  market: { readonly median: { readonly volume: Float64Array }; readonly volumePerMove: number },
  marketAt: number,
  days: number,
): Float64Array {
  const volumes = new Float64Array(days)
  for (let k = 0; k < days; k++) {
    const move = Math.min(Math.abs(own.price[at - k] ?? NaN), largestMove)
    volumes[k] =
      (own.volume[at - k] ?? NaN) -
      (market.median.volume[marketAt - k] ?? 0) -
      (Number.isNaN(move) ? 0 : market.volumePerMove * move)
  }
  return volumes
}
