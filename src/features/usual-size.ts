import { medianInPlace } from './median.ts'

/** What is usual is read off so many days. */
export const memoryDays = 90
/** The market's usual size counts as so many known days of a protocol's own. */
const priorDays = 15
/** A protocol counts as calmer than the market by this factor at most. */
const calmest = 0.25
/** Smaller than any step that says something; a frozen feed has steps of 0. */
const leastSize = 1e-5

const buffer = new Float64Array(memoryDays)

/** The median of |value| over so many days from index `from` on; NaN without a known one. */
export function medianSize(values: Float64Array, from: number): number {
  return medianInPlace(buffer, fillWithKnown(values, from))
}

/**
 * The usual size of a value: the median of |value| over the 90 days from index `from` on, drawn (as a logarithm) towards the
 * market's where few days are known.
 * @param values newest first; NaN = unknown
 */
export function usualSize(values: Float64Array, from: number, marketSize: number): number {
  const known = fillWithKnown(values, from)
  if (known === 0) return marketSize
  const own = Math.log(medianInPlace(buffer, known))
  const drawn = (known * own + priorDays * Math.log(marketSize)) / (known + priorDays)
  return Math.max(Math.exp(drawn), calmest * marketSize)
}

function fillWithKnown(values: Float64Array, from: number): number {
  let known = 0
  for (let k = from; k < from + memoryDays; k++) {
    const value = values[k] ?? NaN
    if (!Number.isNaN(value)) buffer[known++] = Math.max(Math.abs(value), leastSize)
  }
  return known
}

/** How fast storms and calms pass, and how much one day says about them. */
const persistence = 0.9
const gain = 0.12
/** One day is at most so many natural logarithms of a surprise: an incident is no storm. */
const largestSurprise = 2.5

/**
 * The usual size of each step as it was to be expected the day before: the usual size of 90 days, times the storm or calm
 * that the steps before tell of. A steady-state Kalman filter on ln |step|, the quasi-likelihood treatment of stochastic
 * volatility by Harvey, Ruiz and Shephard 1994.
 * @param steps newest first; NaN = unknown
 */
export function expectedSizes(steps: Float64Array, marketSize: number): Float64Array {
  const usual = usualSize(steps, 1, marketSize)
  const centre = Math.log(usual)
  const sizes = new Float64Array(steps.length)
  let storm = 0
  for (let k = steps.length - 1; k >= 0; k--) {
    sizes[k] = Math.exp(centre + storm)
    const step = steps[k]!
    const surprise = Number.isNaN(step) ? 0 : Math.log(Math.max(Math.abs(step), leastSize)) - centre - storm
    storm = persistence * (storm + gain * Math.min(Math.max(surprise, -largestSurprise), largestSurprise))
  }
  return sizes
}
