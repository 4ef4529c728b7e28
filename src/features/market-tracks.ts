import { medianInPlace } from './median.ts'
import { stepsOf, type TrackedMeasure, type Tracks, tracksOf } from './movement-tracks.ts'
import type { DailySeries } from './series.ts'
import { medianSize, memoryDays } from './usual-size.ts'

/** What the median protocol did, day by day. */
export interface MarketTracks {
  readonly firstDay: number
  /** Natural logarithms: steps of TVL and price; of volume the level, from 0 on the first day. */
  readonly median: Tracks
  /** The usual size of a daily step of the median protocol beyond the market. */
  readonly usual: Readonly<Record<TrackedMeasure, number>>
  /** How much more is traded, as a logarithm, per logarithm that the price moves. */
  readonly volumePerMove: number
}

/** Without any protocol to read a usual size off. */
const anySize = 0.01

/** @param usualUpToDay later days say nothing about what is usual */
export function marketTracks(
  protocols: readonly DailySeries[],
  fromDay: number,
  toDay: number,
  usualUpToDay: number,
): MarketTracks {
  const days = Math.max(toDay - fromDay + 1, 0)
  const all = protocols.map((series) => {
    const { tvl, price, volume } = tracksOf(series)
    return { offset: fromDay - series.firstDay, steps: { tvl, price, volume: stepsOf(volume) } }
  })
  const values = new Float64Array(protocols.length)
  const medianOn = (measure: TrackedMeasure, day: number): number => {
    let count = 0
    for (const { offset, steps } of all) {
      const value = steps[measure][offset + day] ?? NaN
      if (!Number.isNaN(value)) values[count++] = value
    }
    return count === 0 ? 0 : medianInPlace(values, count)
  }
  const medianSteps = (measure: TrackedMeasure): Float64Array =>
    Float64Array.from({ length: days }, (_, day) => medianOn(measure, day))
  const steps = { tvl: medianSteps('tvl'), price: medianSteps('price'), volume: medianSteps('volume') }

  const last = usualUpToDay - fromDay
  const beyond = new Float64Array(memoryDays)
  const usualOf = (measure: TrackedMeasure): number => {
    let count = 0
    for (const { offset, steps: own } of all) {
      for (let k = 0; k < memoryDays; k++)
        beyond[k] = (own[measure][offset + last - k] ?? NaN) - (steps[measure][last - k] ?? NaN)
      const size = medianSize(beyond, 0)
      if (!Number.isNaN(size)) values[count++] = size
    }
    return count === 0 ? anySize : medianInPlace(values, count)
  }
  let level = 0
  return {
    firstDay: fromDay,
    median: { ...steps, volume: steps.volume.map((step) => (level += step)) },
    usual: { tvl: usualOf('tvl'), price: usualOf('price'), volume: usualOf('volume') },
    volumePerMove: volumePerMove(all, steps.volume, last),
  }
}

/** Larger moves are not traded in proportion. */
export const largestMove = 0.5
/** Larger changes of volume have other reasons. */
const largestChange = 1

/** Volume follows the size of price moves (Karpoff 1987): least squares of the changes of one on the changes of the other. */
function volumePerMove(
  all: readonly { readonly offset: number; readonly steps: Tracks }[],
  market: Float64Array,
  last: number,
): number {
  let together = 0
  let square = 0
  for (const { offset, steps } of all)
    for (let day = last - memoryDays + 1; day <= last; day++) {
      const i = offset + day
      const change = (steps.volume[i] ?? NaN) - (market[day] ?? NaN)
      const moved = moveOf(steps.price[i]) - moveOf(steps.price[i - 1])
      if (Number.isNaN(change) || Number.isNaN(moved)) continue
      together += Math.min(Math.max(change, -largestChange), largestChange) * moved
      square += moved * moved
    }
  return square > 0 ? together / square : 0
}

const moveOf = (step: number | undefined): number => Math.min(Math.abs(step ?? NaN), largestMove)
