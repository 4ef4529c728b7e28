import { levelsAfter, referenceAt } from './forward-levels.ts'
import type { MarketMoves } from './market-moves.ts'
import { measureOf, type FollowedMeasure } from './measures.ts'
import type { DailySeries } from './series.ts'

/** In the order of class indices. */
export const riskLabels = ['low', 'medium', 'high'] as const
export type RiskLabel = (typeof riskLabels)[number]

/** A level this far down, or further, and sustained. */
const highLevel = 1 - 0.4
const mediumLevel = 1 - 0.2

export interface OutcomeOptions {
  /** H: the outcome lies on the days t + 1 to t + H. */
  readonly horizonDays: number
  /** The last complete day of the data clock; a horizon that ends later has not closed. */
  readonly knownUpToDay: number
  /** Days with a recorded incident of the protocol, in any order. */
  readonly incidentDays?: readonly number[]
  /** The protocol is declared dead from this day on: what is missing after the last value is then 0. */
  readonly deadFromDay?: number | null
  /** Of the same day and horizon. */
  readonly marketMoves?: MarketMoves
}

export interface Outcome {
  readonly label: RiskLabel
  /** TVL, or price where no TVL above 0 is known at t. */
  readonly measure: FollowedMeasure
  /** The deepest fall that held for 3 values in a row, in [-1, 0]. */
  readonly worstSustainedFall: number
  /** The same after each level is divided by the market's of that day; null without `marketMoves`. */
  readonly relativeWorstSustainedFall: number | null
  /** A recorded incident lies inside (t, t + H]. */
  readonly incident: boolean
}

/**
 * What happened to a protocol in the `horizonDays` days after `day` (t), against the median of its values on t - 2 to t.
 *
 * **high**: 3 values in a row at least 40 % below that reference, or an incident inside (t, t + H]; **medium**: 3 in a row
 * at least 20 % below; **low**: the rest. A day without a value neither counts nor breaks a row. A series that has stopped
 * (nothing on the last 4 days of the horizon) keeps its last value to the end, so the fall it died with is sustained; from
 * `deadFromDay` on, what is missing after its last value is 0. The dead stay in the sample this way.
 *
 * @returns null while the horizon is open (t + H > `knownUpToDay`), and where neither TVL nor price is known at t
 * @throws RangeError when `horizonDays` is no whole number of at least 1
 */
export function forwardOutcome(series: DailySeries, day: number, options: OutcomeOptions): Outcome | null {
  const { horizonDays, knownUpToDay, incidentDays = [], deadFromDay, marketMoves } = options
  if (!Number.isInteger(horizonDays) || horizonDays < 1)
    throw new RangeError(`Expected \`horizonDays\` to be a whole number of at least 1, got ${horizonDays}`)
  if (day + horizonDays > knownUpToDay) return null

  const index = day - series.firstDay
  const start = startingPoint(series, index)
  if (start === null) return null
  const { name, reference } = start

  const deadFromIndex = (deadFromDay ?? Infinity) - series.firstDay
  const levels = levelsAfter(measureOf[name](series), index, reference, horizonDays, deadFromIndex)
  const worst = lowestSustained(levels)
  const incident = incidentDays.some((at) => at > day && at <= day + horizonDays)
  return {
    label: labelOf(worst, incident),
    measure: name,
    worstSustainedFall: worst - 1,
    relativeWorstSustainedFall:
      marketMoves === undefined ? null : lowestSustained(dividedBy(levels, marketMoves[name])) - 1,
    incident,
  }
}

/** The label of `forwardOutcome`; null where that is null. */
export function forwardLabel(series: DailySeries, day: number, options: OutcomeOptions): RiskLabel | null {
  return forwardOutcome(series, day, options)?.label ?? null
}

function startingPoint(
  series: DailySeries,
  index: number,
): { name: FollowedMeasure; reference: number } | null {
  for (const name of ['tvl', 'price'] as const) {
    const reference = referenceAt(measureOf[name](series), index)
    if (!Number.isNaN(reference)) return { name, reference }
  }
  return null
}

/** The lowest level that 3 values in a row did not rise above, 1 where none is lower. */
function lowestSustained(levels: Float64Array): number {
  let lowest = 1
  let beforeLast = Infinity
  let last = Infinity
  for (const level of levels) {
    if (Number.isNaN(level)) continue
    lowest = Math.min(lowest, Math.max(beforeLast, last, level))
    beforeLast = last
    last = level
  }
  return lowest
}

function dividedBy(levels: Float64Array, market: Float64Array): Float64Array {
  return levels.map((level, k) => level / (market[k] ?? NaN))
}

function labelOf(sustainedLevel: number, incident: boolean): RiskLabel {
  if (incident || sustainedLevel <= highLevel) return 'high'
  return sustainedLevel <= mediumLevel ? 'medium' : 'low'
}
