import { isoDate } from '../domain/calendar.ts'
import { InsufficientDataError } from '../errors.ts'
import { buildFeatures } from '../features/build.ts'
import { mondays } from '../features/history.ts'
import { forwardOutcome, type Outcome, riskLabels } from '../features/labels.ts'
import { type MarketMoves, marketMoves } from '../features/market-moves.ts'
import { knownAt, measureOf } from '../features/measures.ts'
import type { DailySeries, FeatureVector, ProtocolTraits } from '../features/series.ts'
import { coded, vectorTable, type CodedColumn, type VectorTable } from './vector-table.ts'

/** What is known about one protocol when samples are made of it. */
export interface ProtocolHistory {
  readonly series: DailySeries
  readonly traits: ProtocolTraits
  /** Versions and deployments of one parent share its fate and never part in grouped folds. */
  readonly parentId: string | null
  readonly incidentDays?: readonly number[]
  readonly deadFromDay?: number | null
}

/** Labelled feature vectors, one per protocol and week, in order of days. */
export interface Samples {
  readonly vectors: VectorTable
  /** Per row, an index into `riskLabels`. */
  readonly label: Int32Array
  /** Per row, the deepest sustained fall inside the horizon, in [-1, 0]. */
  readonly fall: Float64Array
  /** The same after each level is divided by the market's median of that day. */
  readonly relativeFall: Float64Array
  readonly family: CodedColumn
  readonly horizonDays: number
  /** What the label follows (TVL, or price) had been known for this many days in every row. */
  readonly historyDays: number
}

/** Tried from the longest. */
const horizonsDays = [30, 14, 7] as const
const minimumProtocols = 20
export const minimumTrainingPoints = 10

/**
 * The features look back 90 days, and mean something else while a protocol is younger: launches ramp up and pour out. So
 * rows are taken with a full window of history where there are enough of them, then with less; tried from the longest.
 */
const historiesDays = [90, 60, 30, 0] as const

/** The samples span three horizons: one to train on, one to purge, one to test. */
const horizonsPerSpan = 3

export interface SampleOptions {
  readonly windowDays?: number
  readonly longestHorizonDays?: number
}

/**
 * The samples of the longest horizon that the data carry, and for it of the longest history; a shorter one is used before
 * a protocol is dropped for its youth.
 * @param knownUpToDay the last complete day of the data clock
 * @throws InsufficientDataError that says what is missing: protocols, points, or days of history
 */
export function buildSamples(
  histories: readonly ProtocolHistory[],
  knownUpToDay: number,
  { windowDays, longestHorizonDays = horizonsDays[0] }: SampleOptions = {},
): Samples {
  const vectors = weeklyVectors(histories, knownUpToDay, windowDays)
  const protocols = countProtocols(vectors)
  if (protocols < minimumProtocols)
    throw new InsufficientDataError(
      `Training needs ${minimumProtocols} protocols with at least ${minimumTrainingPoints} daily points each, got ${protocols}`,
    )
  for (const horizonDays of [
    longestHorizonDays,
    ...horizonsDays.filter((days) => days < longestHorizonDays),
  ]) {
    const moves = movesOf(histories, horizonDays)
    const closed = vectors.flatMap((vector) => withOutcome(vector, { horizonDays, knownUpToDay, moves }))
    for (const historyDays of historiesDays) {
      const rows = closed.filter((row) => row.historyDays >= historyDays)
      if (countProtocols(rows) >= minimumProtocols && spanOf(rows) >= horizonsPerSpan * horizonDays)
        return samplesOf(rows, horizonDays, historyDays)
    }
  }
  const first = vectors[0]!.vector.asOfDay
  throw new InsufficientDataError(
    `Training needs ${(horizonsPerSpan + 1) * horizonsDays.at(-1)!} days from the first usable vector on ` +
      `(${isoDate(first)}), got ${knownUpToDay - first}`,
  )
}

interface HistoryVector {
  readonly history: ProtocolHistory
  readonly vector: FeatureVector
}

interface ClosedVector extends HistoryVector {
  readonly outcome: Outcome
  readonly historyDays: number
}

/** The vectors fit to train on, by day and then in the order of `histories`. */
function weeklyVectors(
  histories: readonly ProtocolHistory[],
  knownUpToDay: number,
  windowDays: number | undefined,
): HistoryVector[] {
  const firstDay = histories.reduce((day, { series }) => Math.min(day, series.firstDay), Infinity)
  const found: HistoryVector[] = []
  for (const day of mondays(firstDay, knownUpToDay))
    for (const history of histories) {
      const { series, traits } = history
      const vector = buildFeatures(series, traits, day, windowDays === undefined ? {} : { windowDays })
      if (vector !== null && vector.points >= minimumTrainingPoints && !vector.stale)
        found.push({ history, vector })
    }
  return found
}

interface OutcomeQuestion {
  readonly horizonDays: number
  readonly knownUpToDay: number
  readonly moves: (day: number) => MarketMoves
}

/** What the market did after a day, computed once for all protocols. */
function movesOf(histories: readonly ProtocolHistory[], horizonDays: number): OutcomeQuestion['moves'] {
  const series = histories.map((history) => history.series)
  const known = new Map<number, MarketMoves>()
  return (day) => {
    const moves = known.get(day) ?? marketMoves(series, day, horizonDays)
    known.set(day, moves)
    return moves
  }
}

/** Nothing while the horizon is open. */
function withOutcome(
  row: HistoryVector,
  { horizonDays, knownUpToDay, moves }: OutcomeQuestion,
): ClosedVector[] {
  const { series, incidentDays = [], deadFromDay = null } = row.history
  const day = row.vector.asOfDay
  // Asked first: what the market did is not known yet either while the horizon is open.
  if (day + horizonDays > knownUpToDay) return []
  const outcome = forwardOutcome(series, day, {
    horizonDays,
    knownUpToDay,
    incidentDays,
    deadFromDay,
    marketMoves: moves(day),
  })
  if (outcome === null) return []
  const measure = measureOf[outcome.measure](series)
  const firstKnown = measure.values.findIndex((_, index) => !Number.isNaN(knownAt(measure, index)))
  return [{ ...row, outcome, historyDays: day - series.firstDay - firstKnown }]
}

function countProtocols(rows: readonly HistoryVector[]): number {
  return new Set(rows.map(({ vector }) => vector.protocolId)).size
}

function spanOf(rows: readonly HistoryVector[]): number {
  const last = rows.at(-1)
  return last ? last.vector.asOfDay - rows[0]!.vector.asOfDay : 0
}

function samplesOf(rows: readonly ClosedVector[], horizonDays: number, historyDays: number): Samples {
  return {
    vectors: vectorTable(rows.map(({ vector }) => vector)),
    label: Int32Array.from(rows, ({ outcome }) => riskLabels.indexOf(outcome.label)),
    fall: Float64Array.from(rows, ({ outcome }) => outcome.worstSustainedFall),
    relativeFall: Float64Array.from(rows, ({ outcome }) => outcome.relativeWorstSustainedFall ?? NaN),
    family: coded(rows.map(({ history }) => history.parentId ?? history.series.protocolId)),
    horizonDays,
    historyDays,
  }
}
