import { dayNumber } from '../domain/calendar.ts'
import type { Observation } from '../domain/market.ts'
import type { DailySeries } from './series.ts'

/**
 * The daily series of one protocol, from its first observation to its last.
 * @param observations one per day at most, all of one protocol, in any order
 * @throws RangeError when there are none
 */
export function seriesFromObservations(observations: readonly Observation[]): DailySeries {
  const first = observations[0]
  if (first === undefined) throw new RangeError('Expected at least 1 observation, got 0')

  const days = observations.map(({ date }) => dayNumber(date))
  const firstDay = days.reduce((a, b) => Math.min(a, b))
  const length = days.reduce((a, b) => Math.max(a, b)) - firstDay + 1
  const column = (read: (observation: Observation) => number | null): Float64Array => {
    const values = new Float64Array(length).fill(NaN)
    observations.forEach((observation, i) => {
      values[days[i]! - firstDay] = read(observation) ?? NaN
    })
    return values
  }
  return {
    protocolId: first.protocolId,
    firstDay,
    tvlUsd: column(({ tvlUsd }) => tvlUsd),
    priceUsd: column(({ priceUsd }) => priceUsd),
    marketCapUsd: column(({ marketCapUsd }) => marketCapUsd),
    volumeUsd: column(({ volumeUsd }) => volumeUsd),
  }
}
