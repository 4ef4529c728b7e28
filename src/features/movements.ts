import { medianInPlace } from './median.ts'
import { type TrackName, trackNames, tracksOf } from './movement-tracks.ts'
import type { DailySeries } from './series.ts'

/** One way to move away from the market: a track, its newest so many days summed. */
interface MovementKind {
  readonly track: TrackName
  readonly summedDays: number
  readonly measure: 'tvl' | 'price' | 'volume'
  /** The days that it tells of. */
  readonly spanDays: number
  /** The direction that hurts. */
  readonly harm: -1 | 1
}

/** What a scan follows besides the features: falls of TVL and price and rises of volume, sudden ones and slow ones. */
export const movementKinds = [
  { track: 'tvl-step', summedDays: 1, measure: 'tvl', spanDays: 1, harm: -1 },
  { track: 'tvl-step', summedDays: 3, measure: 'tvl', spanDays: 3, harm: -1 },
  { track: 'tvl-step', summedDays: 7, measure: 'tvl', spanDays: 7, harm: -1 },
  { track: 'tvl-step', summedDays: 14, measure: 'tvl', spanDays: 14, harm: -1 },
  { track: 'tvl-step', summedDays: 28, measure: 'tvl', spanDays: 28, harm: -1 },
  { track: 'price-step', summedDays: 1, measure: 'price', spanDays: 1, harm: -1 },
  { track: 'price-step', summedDays: 3, measure: 'price', spanDays: 3, harm: -1 },
  { track: 'price-step', summedDays: 7, measure: 'price', spanDays: 7, harm: -1 },
  { track: 'volume-step', summedDays: 1, measure: 'volume', spanDays: 1, harm: 1 },
  { track: 'volume-level-1', summedDays: 1, measure: 'volume', spanDays: 1, harm: 1 },
  { track: 'volume-level-3', summedDays: 1, measure: 'volume', spanDays: 3, harm: 1 },
  { track: 'volume-level-7', summedDays: 1, measure: 'volume', spanDays: 7, harm: 1 },
] as const satisfies readonly MovementKind[]

/** How a protocol moved away from the market up to one day; one number per movement kind, NaN = unknown. */
export interface Movements {
  /** In the protocol's own usual movements over as many days: below 0 down, above 0 up. */
  readonly strength: Float64Array
  /** One usual movement (a standard deviation), as a natural logarithm. */
  readonly usual: Float64Array
}

/** What the median protocol did, day by day. */
export interface MarketTracks {
  readonly firstDay: number
  readonly median: Readonly<Record<TrackName, Float64Array>>
  /** The usual daily movement of the median protocol. */
  readonly usual: Readonly<Record<TrackName, number>>
}

/** How far volume rose on the newest day, against the day or the weeks before; NaN = unknown. */
export function volumeStrengthOf(movements: Movements | undefined): number {
  const strengths = movementKinds.flatMap(({ measure, spanDays }, m) =>
    measure === 'volume' && spanDays === 1 ? [movements?.strength[m] ?? NaN] : [],
  )
  const known = strengths.filter((strength) => !Number.isNaN(strength))
  return known.length === 0 ? NaN : Math.max(...known)
}

/** A protocol's usual movement is read off so many days. */
const memoryDays = 90
const longestDays = 28
/** Days of history that a movement looks back on. */
export const movementHistoryDays = memoryDays + longestDays + 1
/** Fewer known days do not say what is usual. */
const fewestDays = 15
/** 10 % to 90 % of a normal distribution, in standard deviations: an incident of a week does not widen it. */
const normalSpan = 2.563
/** A protocol counts as calmer than the median one by this factor at most. */
const calmest = 0.5
/** In a movement of several days one day counts for so many usual days at most: a glitch is no drift. */
const mostPerDay = 4
/** How strongly a protocol is taken to move one to one with the market before its own past has told: share of 90 days. */
const priorShare = 0.2

/** @param usualUpToDay later days say nothing about what is usual */
export function marketTracks(
  protocols: readonly DailySeries[],
  fromDay: number,
  toDay: number,
  usualUpToDay: number,
): MarketTracks {
  const days = Math.max(toDay - fromDay + 1, 0)
  const tracks = protocols.map((series) => ({ offset: fromDay - series.firstDay, own: tracksOf(series) }))
  const values = new Float64Array(protocols.length)
  const medianOf = (name: TrackName, day: number): number => {
    let count = 0
    for (const { offset, own } of tracks) {
      const value = own[name][offset + day] ?? NaN
      if (!Number.isNaN(value)) values[count++] = value
    }
    return count === 0 ? 0 : medianInPlace(values, count)
  }
  const median = byTrack((name) => Float64Array.from({ length: days }, (_, day) => medianOf(name, day)))
  const last = usualUpToDay - fromDay
  const usual = byTrack((name) => {
    let count = 0
    for (const { offset, own } of tracks) {
      const residuals = new Float64Array(memoryDays)
      for (let k = 0; k < memoryDays; k++)
        residuals[k] = (own[name][offset + last - k] ?? NaN) - (median[name][last - k] ?? NaN)
      const spread = spreadOf(residuals)
      if (spread > 0) values[count++] = spread
    }
    return count === 0 ? 1 : medianInPlace(values, count)
  })
  return { firstDay: fromDay, median, usual }
}

/** The movements of one protocol up to each of `days`, from those days and the ones before only. */
export function movementHistory(
  series: DailySeries,
  market: MarketTracks,
  days: readonly number[],
): Movements[] {
  const own = tracksOf(series)
  return days.map((day) => {
    const strength = new Float64Array(movementKinds.length)
    const usual = new Float64Array(movementKinds.length)
    const residuals = byTrack((name) =>
      residualsOf(own[name], day - series.firstDay, market.median[name], day - market.firstDay, name),
    )
    const spreads = byTrack((name) => usualOf(residuals[name], market.usual[name]))
    movementKinds.forEach(({ track, summedDays }, m) => {
      strength[m] = summed(residuals[track], spreads[track], summedDays)
      usual[m] = spreads[track] * Math.sqrt(summedDays)
    })
    return { strength, usual }
  })
}

/**
 * What a protocol did beyond the market, newest day first: own − β × market, β by least squares over the memory, drawn
 * towards 1. Levels of volume are already relative.
 */
function residualsOf(
  own: Float64Array,
  at: number,
  market: Float64Array,
  marketAt: number,
  name: TrackName,
): Float64Array {
  const beta = name === 'tvl-step' || name === 'price-step' ? betaOf(own, at, market, marketAt) : 1
  const residuals = new Float64Array(memoryDays + longestDays)
  for (let k = 0; k < residuals.length; k++)
    residuals[k] = (own[at - k] ?? NaN) - beta * (market[marketAt - k] ?? 0)
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

/** Larger steps say nothing about how a protocol follows the market. */
const largestStep = 0.25

/** The spread of the residuals before the newest; the market's where too few are known, and never far below it. */
function usualOf(residuals: Float64Array, marketUsual: number): number {
  const own = spreadOf(residuals.subarray(1, memoryDays + 1))
  return Number.isNaN(own) ? marketUsual : Math.max(own, calmest * marketUsual)
}

function spreadOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  const last = known.length - 1
  if (last + 1 < fewestDays) return NaN
  return (known[Math.round(0.9 * last)]! - known[Math.round(0.1 * last)]!) / normalSpan
}

function summed(residuals: Float64Array, usual: number, span: number): number {
  if (span === 1) return residuals[0]! / usual
  let sum = 0
  let known = 0
  for (let k = 0; k < span; k++) {
    const steps = residuals[k]! / usual
    if (Number.isNaN(steps)) continue
    sum += Math.min(Math.max(steps, -mostPerDay), mostPerDay)
    known++
  }
  return known === 0 ? NaN : sum / Math.sqrt(span)
}

function byTrack<T>(make: (name: TrackName) => T): Record<TrackName, T> {
  return Object.fromEntries(trackNames.map((name) => [name, make(name)])) as Record<TrackName, T>
}
