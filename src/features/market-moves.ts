import { levelsAfter, referenceAt } from './forward-levels.ts'
import { measureOf, type FollowedMeasure } from './measures.ts'
import { medianInPlace } from './median.ts'
import type { DailySeries } from './series.ts'

/** Median level over all protocols on each day after t, 1 = as at t; element k is day t + 1 + k, NaN where nobody has a value. */
export type MarketMoves = Readonly<Record<FollowedMeasure, Float64Array>>

/** What the market as a whole did in the `horizonDays` days after `day`: computed once per day, used for every protocol. */
export function marketMoves(
  protocols: readonly DailySeries[],
  day: number,
  horizonDays: number,
): MarketMoves {
  return {
    tvl: medianLevels(protocols, 'tvl', day, horizonDays),
    price: medianLevels(protocols, 'price', day, horizonDays),
  }
}

function medianLevels(
  protocols: readonly DailySeries[],
  name: FollowedMeasure,
  day: number,
  horizonDays: number,
): Float64Array {
  const moved: Float64Array[] = []
  for (const series of protocols) {
    const measure = measureOf[name](series)
    const index = day - series.firstDay
    const reference = referenceAt(measure, index)
    if (!Number.isNaN(reference)) moved.push(levelsAfter(measure, index, reference, horizonDays))
  }

  const levelsOfDay = new Float64Array(moved.length)
  return Float64Array.from({ length: horizonDays }, (_, k) => {
    let count = 0
    for (const levels of moved) if (!Number.isNaN(levels[k]!)) levelsOfDay[count++] = levels[k]!
    return medianInPlace(levelsOfDay, count)
  })
}
